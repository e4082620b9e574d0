/* What an officer should know of a file as a whole, whichever door read it: that its datum or its encoding
 * was assumed, and what it holds that is no area. Remarks on one record are the record's own.
 * Threads: those of the stream. */
#ifndef HX_FEATURES_FILE_NOTES_H
#define HX_FEATURES_FILE_NOTES_H

#include "features/stream.h"
#include "geo/crs/decide.h"

struct feature_notes {
    const struct feature_note *notes; /* arena; n of them */
    size_t n;
};

/* Its texts too. False when memory is out. */
bool feature_note_copy(const struct feature_note *from, struct arena *a,
                       struct feature_note *out) HX_MUST_CHECK;

/* Complete once the stream's next has said that there is no more. `d`: the decision on a file that has one
 * CRS for all; NULL for texts, whose own remarks have it, or when it has been told. */
enum status feature_file_notes(const struct feature_stream *s, const struct crs_decision *d, struct arena *a,
                               struct feature_notes *out, struct error *e) HX_MUST_CHECK;

#endif
