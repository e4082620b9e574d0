/* The table of routes: one line each, in route.c. Adding a route is one handler and one line. */
#ifndef HX_HTTP_ROUTE_H
#define HX_HTTP_ROUTE_H

#include "http/request.h"

typedef enum status handler_fn(struct request *rq, struct reply *reply, struct error *e);

struct route {
    const char *method;  /* "GET" also answers HEAD */
    const char *pattern; /* "/collections/{id}"; a {…} stands for one non-empty piece of the path */
    handler_fn *handler;
    const char
        *query;  /* the parameters that it takes, between blanks; others are refused. NULL: not looked at */
    bool is_job; /* it takes the options of audits (audit/request.h), too, and its body goes to disk
                    (request.upload), up to LIMIT_UPLOAD_BYTES */
};

enum { ROUTE_QUERY_SIZE = 256 };
/* All parameters that it takes, between blanks, for a route whose query is looked at. */
const char *route_query(const struct route *r, char text[ROUTE_QUERY_SIZE]);

/* Published: data and what describes them, read only; no person's papers (projects, records, jobs), no
 * checks. Of these alone --cors lets other sites' pages read, and their texts are compressed. */
bool route_is_public(const struct route *r);
/* Read by whoever comes, whatever page he comes from: what is published, the page's own files, and what
 * watches the server. */
bool route_is_for_everybody(const struct route *r);
/* Answers about what it is sent, and leaves nothing here, unless its parameters ask for that. */
bool route_is_without_trace(const struct route *r);
/* Decided by what answer_tag.h says, so that it has a tag before it is made. */
bool route_is_tagged(const struct route *r);
/* Of these, a document that everybody asks for: it is kept (kept_answers.h). */
bool route_is_kept(const struct route *r);

/* The routes by number, and behind the last of them that of the page's files; NULL beyond. */
const struct route *route_at(size_t i);

/* The route of a method and a decoded path; fills the params. NULL when there is none, and then `allowed` (at
 * least 32 bytes) lists the methods that the path knows, or is "" when the path itself is unknown. */
const struct route *route_find(const char *method, const char *path,
                               char params[REQUEST_MAX_PARAMS][REQUEST_PARAM_SIZE], char allowed[32]);

/* The handlers, by file. */
handler_fn handle_health, handle_classes, handle_openapi;         /* handle_about.c */
handler_fn handle_api, handle_live, handle_ready;                 /* handle_about.c */
handler_fn handle_metrics;                                        /* handle_metrics.c */
handler_fn handle_landing, handle_conformance;                    /* handle_landing.c */
bool landing_is_map(struct request *rq);                          /* is it answered by the page's own file? */
handler_fn handle_layers;                                         /* handle_layers.c */
handler_fn handle_plan_units, handle_plan_unit;                   /* handle_plan.c */
handler_fn handle_plan_table;                                     /* handle_plan.c */
handler_fn handle_search;                                         /* handle_search.c */
handler_fn handle_collections, handle_collection;                 /* handle_collections.c */
handler_fn handle_versions;                                       /* handle_versions.c */
handler_fn handle_items, handle_item;                             /* handle_items.c */
handler_fn handle_catalog, handle_catalog_records;                /* handle_catalog.c */
handler_fn handle_catalog_record;                                 /* handle_catalog.c */
handler_fn handle_queryables;                                     /* handle_queryables.c */
handler_fn handle_tile;                                           /* handle_tile.c */
handler_fn handle_tile_matrix_sets, handle_tile_matrix_set;       /* handle_tile_sets.c */
handler_fn handle_tile_sets, handle_tile_set, handle_tile_of_set; /* handle_tile_sets.c */
handler_fn handle_styles, handle_style;                           /* handle_styles.c */
handler_fn handle_check, handle_check_text;                       /* handle_check.c */
handler_fn handle_recall, handle_recall_input;                    /* handle_recall.c */
handler_fn handle_convert;                                        /* handle_convert.c */
handler_fn handle_projects, handle_project, handle_project_input; /* handle_projects.c */
handler_fn handle_project_save, handle_project_retire;            /* handle_projects.c */
handler_fn handle_records, handle_record, handle_records_chain;   /* handle_records.c */
handler_fn handle_records_key;
handler_fn handle_record_report, handle_record_input; /* handle_records.c */
handler_fn handle_override;                           /* handle_overrides.c */
handler_fn handle_verify;                             /* handle_verify.c */
handler_fn handle_jobs, handle_job_add, handle_job, handle_job_cancel, handle_job_result; /* handle_jobs.c */
handler_fn handle_job_results;                                                            /* job_results.c */
handler_fn handle_job_rows, handle_job_row, handle_job_tile;                              /* handle_bench.c */
handler_fn handle_processes, handle_process;                   /* handle_processes.c */
handler_fn handle_execute;                                     /* handle_execute.c */
handler_fn handle_login, handle_logout, handle_me, handle_log; /* handle_access.c */
handler_fn handle_web_file;                                    /* web_files.c */

#endif
