/* PROJ, loaded when the first transformer is made (base/late_library.h): with what is below it (curl with
 * its TLS and LDAP, TIFF) it is thirty libraries of a start, and what lists, keeps people or only says its
 * version converts nothing. What includes this header calls PROJ's functions by their own names, which mean
 * the loaded ones; one that is new to us is added to both lists below (without that it does not link).
 * Threads: any. */
#ifndef HX_GEO_PROJ_LIBRARY_H
#define HX_GEO_PROJ_LIBRARY_H

#include "base/status.h"

#include <geodesic.h>
#include <proj.h>

/* STATUS_INTERNAL when this machine's PROJ is missing or another than the one that we were built with. */
enum status proj_load(struct error *e) HX_MUST_CHECK;
/* "9.1.1", static; after proj_load. */
const char *proj_version(void);

/* clang-format off */
#define PROJ_FUNCTIONS(X) \
    X(geod_init) X(geod_polygon_addpoint) X(geod_polygon_compute) X(geod_polygon_init) \
    X(proj_context_create) X(proj_context_destroy) X(proj_context_set_enable_network) X(proj_coord) \
    X(proj_coordoperation_get_method_info) X(proj_coordoperation_get_param) \
    X(proj_coordoperation_get_param_index) X(proj_create) X(proj_create_crs_to_crs) \
    X(proj_crs_get_coordoperation) X(proj_crs_get_datum_forced) X(proj_crs_get_geodetic_crs) \
    X(proj_crs_get_sub_crs) X(proj_destroy) X(proj_ellipsoid_get_parameters) X(proj_errno_reset) \
    X(proj_get_ellipsoid) X(proj_get_id_auth_name) X(proj_get_id_code) X(proj_get_name) \
    X(proj_get_prime_meridian) X(proj_get_source_crs) X(proj_get_type) X(proj_identify) X(proj_info) \
    X(proj_int_list_destroy) X(proj_is_crs) X(proj_list_destroy) X(proj_list_get) X(proj_list_get_count) \
    X(proj_log_level) X(proj_normalize_for_visualization) X(proj_prime_meridian_get_parameters) \
    X(proj_trans)
/* clang-format on */

struct proj_functions {
#define PROJ_MEMBER(name) __typeof__(name) *name;
    PROJ_FUNCTIONS(PROJ_MEMBER)
#undef PROJ_MEMBER
};
extern struct proj_functions proj_functions; /* filled by proj_load, read-only after that */

#define geod_init proj_functions.geod_init
#define geod_polygon_addpoint proj_functions.geod_polygon_addpoint
#define geod_polygon_compute proj_functions.geod_polygon_compute
#define geod_polygon_init proj_functions.geod_polygon_init
#define proj_context_create proj_functions.proj_context_create
#define proj_context_destroy proj_functions.proj_context_destroy
#define proj_context_set_enable_network proj_functions.proj_context_set_enable_network
#define proj_coord proj_functions.proj_coord
#define proj_coordoperation_get_method_info proj_functions.proj_coordoperation_get_method_info
#define proj_coordoperation_get_param proj_functions.proj_coordoperation_get_param
#define proj_coordoperation_get_param_index proj_functions.proj_coordoperation_get_param_index
#define proj_create proj_functions.proj_create
#define proj_create_crs_to_crs proj_functions.proj_create_crs_to_crs
#define proj_crs_get_coordoperation proj_functions.proj_crs_get_coordoperation
#define proj_crs_get_datum_forced proj_functions.proj_crs_get_datum_forced
#define proj_crs_get_geodetic_crs proj_functions.proj_crs_get_geodetic_crs
#define proj_crs_get_sub_crs proj_functions.proj_crs_get_sub_crs
#define proj_destroy proj_functions.proj_destroy
#define proj_ellipsoid_get_parameters proj_functions.proj_ellipsoid_get_parameters
#define proj_errno_reset proj_functions.proj_errno_reset
#define proj_get_ellipsoid proj_functions.proj_get_ellipsoid
#define proj_get_id_auth_name proj_functions.proj_get_id_auth_name
#define proj_get_id_code proj_functions.proj_get_id_code
#define proj_get_name proj_functions.proj_get_name
#define proj_get_prime_meridian proj_functions.proj_get_prime_meridian
#define proj_get_source_crs proj_functions.proj_get_source_crs
#define proj_get_type proj_functions.proj_get_type
#define proj_identify proj_functions.proj_identify
#define proj_info proj_functions.proj_info
#define proj_int_list_destroy proj_functions.proj_int_list_destroy
#define proj_is_crs proj_functions.proj_is_crs
#define proj_list_destroy proj_functions.proj_list_destroy
#define proj_list_get proj_functions.proj_list_get
#define proj_list_get_count proj_functions.proj_list_get_count
#define proj_log_level proj_functions.proj_log_level
#define proj_normalize_for_visualization proj_functions.proj_normalize_for_visualization
#define proj_prime_meridian_get_parameters proj_functions.proj_prime_meridian_get_parameters
#define proj_trans proj_functions.proj_trans

#endif
