/* libmicrohttpd, loaded when a server starts (base/late_library.h): with GnuTLS below it it is ten libraries
 * of a start that only `serve` needs. What includes this header calls its functions by their own names,
 * which mean the loaded ones; one that is new to us is added to both lists below (without that it does not
 * link). mhd_load comes before the first call: http_server_start. Threads: any. */
#ifndef HX_HTTP_MHD_H
#define HX_HTTP_MHD_H

#include "base/status.h"

#include <microhttpd.h>

/* STATUS_INTERNAL when it is missing on this machine, or another than the one that we were built with. */
enum status mhd_load(struct error *e) HX_MUST_CHECK;

/* clang-format off */
#define MHD_FUNCTIONS(X) \
    X(MHD_add_response_header) X(MHD_create_post_processor) X(MHD_create_response_from_buffer) \
    X(MHD_create_response_from_buffer_with_free_callback_cls) X(MHD_create_response_from_callback) \
    X(MHD_create_response_from_fd64) X(MHD_del_response_header) X(MHD_destroy_post_processor) \
    X(MHD_destroy_response) X(MHD_get_connection_info) X(MHD_get_connection_values) \
    X(MHD_get_daemon_info) X(MHD_get_reason_phrase_for) X(MHD_get_response_header) \
    X(MHD_get_response_headers) X(MHD_get_version) X(MHD_lookup_connection_value) X(MHD_post_process) \
    X(MHD_queue_response) X(MHD_quiesce_daemon) X(MHD_start_daemon) X(MHD_stop_daemon)
/* clang-format on */

struct mhd_functions {
#define MHD_MEMBER(name) __typeof__(name) *name;
    MHD_FUNCTIONS(MHD_MEMBER)
#undef MHD_MEMBER
};
extern struct mhd_functions mhd_functions; /* filled by mhd_load, read-only after that */

#define MHD_add_response_header mhd_functions.MHD_add_response_header
#define MHD_create_post_processor mhd_functions.MHD_create_post_processor
#define MHD_create_response_from_buffer mhd_functions.MHD_create_response_from_buffer
#define MHD_create_response_from_buffer_with_free_callback_cls                                               \
    mhd_functions.MHD_create_response_from_buffer_with_free_callback_cls
#define MHD_create_response_from_callback mhd_functions.MHD_create_response_from_callback
#define MHD_create_response_from_fd64 mhd_functions.MHD_create_response_from_fd64
#define MHD_del_response_header mhd_functions.MHD_del_response_header
#define MHD_destroy_post_processor mhd_functions.MHD_destroy_post_processor
#define MHD_destroy_response mhd_functions.MHD_destroy_response
#define MHD_get_connection_info mhd_functions.MHD_get_connection_info
#define MHD_get_connection_values mhd_functions.MHD_get_connection_values
#define MHD_get_daemon_info mhd_functions.MHD_get_daemon_info
#define MHD_get_reason_phrase_for mhd_functions.MHD_get_reason_phrase_for
#define MHD_get_response_header mhd_functions.MHD_get_response_header
#define MHD_get_response_headers mhd_functions.MHD_get_response_headers
#define MHD_get_version mhd_functions.MHD_get_version
#define MHD_lookup_connection_value mhd_functions.MHD_lookup_connection_value
#define MHD_post_process mhd_functions.MHD_post_process
#define MHD_queue_response mhd_functions.MHD_queue_response
#define MHD_quiesce_daemon mhd_functions.MHD_quiesce_daemon
#define MHD_start_daemon mhd_functions.MHD_start_daemon
#define MHD_stop_daemon mhd_functions.MHD_stop_daemon

#endif
