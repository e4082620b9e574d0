/* Every bound on something that grows, by name, in one place. A limit that is met is an error with a sentence
 * (STATUS_TOO_LARGE), never a silent cut. */
#ifndef HX_BASE_LIMITS_H
#define HX_BASE_LIMITS_H

#define LIMIT_BUFFER_BYTES ((size_t)1 << 30)        /* any one output document */
#define LIMIT_BODY_BYTES ((size_t)32 << 20)         /* a parcel file, uploaded or read */
#define LIMIT_UPLOAD_BYTES ((size_t)1 << 30)        /* a parcel file for a background audit; goes to disk */
#define LIMIT_PARCELS_PER_FILE ((size_t)20000)      /* in one check; more is an audit */
#define LIMIT_VERTICES_PER_PARCEL ((size_t)2000000) /* after densification */
#define LIMIT_JSON_DEPTH 64                         /* nesting that a parcel file may have */
#define LIMIT_PAGE_FEATURES 10000                   /* features in one /items page */
#define LIMIT_REQUEST_CPU_S 8                       /* processor time of one request */
#define LIMIT_PARCEL_EDGES 16e6 /* of a parcel that is cut for the kernel; 48 bytes each */
#define LIMIT_REQUEST_ARENA_BYTES ((size_t)1 << 30)   /* what one request may build */
#define LIMIT_RINGS_PER_LAYER ((size_t)1 << 31)       /* index files count rings in 32 bits */
#define LIMIT_VERTICES_PER_LAYER ((size_t)4000000000) /* index files count vertices in 32 bits */

#endif
