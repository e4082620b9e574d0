#include "audit/outcome.h"

#include "audit/conflicts/list.h"

#include <math.h>
#include <stdio.h>

enum { SECONDS_DECIMALS = 3, SHARE_DECIMALS = 6, PLANNED_DECIMALS = 4 };

void verdicts_write(struct json_writer *w, const int64_t *n)
{
    jw_key(w, "verdicts");
    jw_object_begin(w);
    for (int v = VERDICT_UNKNOWN; v <= VERDICT_ALLOWED; v++)
        jw_kv_integer(w, verdict_name((enum verdict)v), n[v]);
    jw_object_end(w);
}

void audit_notes_write(struct json_writer *w, const struct audit_note *notes, size_t n)
{
    jw_key(w, "notes");
    jw_array_begin(w);
    for (size_t i = 0; i < n; i++) {
        jw_words_begin(w, notes[i].code, notes[i].zh, notes[i].en);
        jw_object_end(w);
    }
    jw_array_end(w);
}

void audit_outcome_write(struct json_writer *w, const struct audit_outcome *o)
{
    jw_kv_integer(w, "n_parcels", o->n_parcels);
    jw_kv_integer(w, "n_unmeasured", o->n_unmeasured);
    jw_kv_integer(w, "n_findings", o->n_findings);
    jw_kv_integer(w, "n_reused", o->n_reused);
    jw_kv_string(w, "since_zh", *o->since_zh ? o->since_zh : NULL);
    jw_kv_string(w, "since_en", *o->since_en ? o->since_en : NULL);
    audit_notes_write(w, o->notes, o->n_notes);
    verdicts_write(w, o->by_verdict);
    jw_kv_integer(w, "resumed_after", o->resumed_after);
    jw_kv_bool(w, "stopped", o->stopped);
    jw_kv_bool(w, "finished_before", o->finished_before);
    jw_kv_fixed(w, "seconds", o->seconds, SECONDS_DECIMALS);
}

void conflict_outcome_write(struct json_writer *w, const struct conflict_report *r)
{
    conflict_counts_write(w, r);
    jw_kv_fixed(w, "seconds", r->seconds, SECONDS_DECIMALS);
}

void figures_shares_write(struct json_writer *w, const struct figures *f, bool planned)
{
    char key[64];
    for (int l = 0; l < f->lines->n; l++) {
        const struct control_line *line = line_at(f->lines, l);
        const struct share *share = figures_planned(f, line);
        if (!isfinite(line->planned_share))
            continue;
        snprintf(key, sizeof key, "%s_share", line->prefix);
        jw_kv_fixed(w, key, share ? share->value : (double)NAN, SHARE_DECIMALS);
        snprintf(key, sizeof key, "%s_share_planned", line->prefix);
        if (planned)
            jw_kv_fixed(w, key, line->planned_share, PLANNED_DECIMALS);
    }
}

void figures_outcome_write(struct json_writer *w, const struct figures *f)
{
    jw_kv_integer(w, "n_layers", (long long)f->n_layers);
    figures_shares_write(w, f, false);
}
