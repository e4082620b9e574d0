#include "cli/whole_store.h"

#include <inttypes.h>
#include <stdio.h>

enum { RECORDS_SINCE = 10 }; /* the schema with which there are records */

enum status whole_store_examine(struct store *s, struct whole_store *out, struct error *e)
{
    *out = (struct whole_store){.chain = {.sound = true}};
    enum status st = store_examine(s, &out->facts, e);
    /* of an empty record, too: it may have been emptied */
    return st || out->facts.schema < RECORDS_SINCE ? st : record_chain_verify(s, NULL, &out->chain, e);
}

enum status whole_store_refuse(const char *path, const struct record_chain *c, struct error *e)
{
    error_zh(e, "“%.120s”的档案链断裂：%.260s", path, c->zh);
    return error_fail(e, STATUS_CORRUPT, "record-broken", "The record of \"%.120s\" is broken: %.260s", path,
                      c->en);
}

void whole_store_print(const struct whole_store *w)
{
    const struct store_facts *f = &w->facts;
    printf("  图层 layers %" PRId64 "，版本 versions %" PRId64 "，要素 features %" PRId64
           "，项目 projects %" PRId64 "\n",
           f->n_layers, f->n_versions, f->n_features, f->n_projects);
    printf("  档案 records %" PRId64 "%s%s\n", f->n_records, f->n_records ? "，链头封印 head " : "", f->head);
}
