/* Which form of an answer a request asks for: JSON, HTML, CSV or FlatGeobuf, plain or gzip.
 *
 * RFC 9110: of the ranges in an Accept header the one that names the type most closely decides, and its q is
 * the weight. Not for: what stands in the answer (the handlers). Threads: pure, one request's. */
#ifndef HX_HTTP_NEGOTIATE_H
#define HX_HTTP_NEGOTIATE_H

#include "http/request.h"

/* The weight, from 0 to 1, that the list gives to `wanted`: a media type ("text/html") or a coding ("gzip").
 * 0: it is refused, or not among them. `list` NULL: `without`. A q that cannot be read counts as 0. */
double accept_weight(const char *list, const char *wanted, double without);

/* f= of the request is one of the names (NULL ends; all fit into 80 bytes): *which is its number, and stays
 * as it is without f=. Anything else is refused, with what there is. */
enum status form_named(const struct request *rq, const char *const *names, int *which,
                       struct error *e) HX_MUST_CHECK;

enum form { FORM_JSON, FORM_HTML, FORM_CSV, FORM_FGB };
/* By Accept alone: what is preferred to JSON, else JSON. `of_features`: CSV and FlatGeobuf are there, too. */
enum form form_accepted(const struct request *rq, const char *json, bool of_features);
/* `json` is the media type of the answer in JSON, beside application/json. f= decides, and is refused when it
 * is neither json nor html; else Accept: HTML for who prefers it, as browsers do; JSON for everybody else. */
enum status form_asked(const struct request *rq, const char *json, enum form *out,
                       struct error *e) HX_MUST_CHECK;
/* The same of features, which can be had as CSV and FlatGeobuf, too. */
enum status form_asked_of_features(const struct request *rq, const char *json, enum form *out,
                                   struct error *e) HX_MUST_CHECK;
/* Does the client take gzip? One that says nothing does not. */
bool gzip_asked(const struct request *rq);

#endif
