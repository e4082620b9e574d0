#include "features/file_notes.h"

static bool note_encoding(const char *encoding, struct arena *a, struct feature_note *out)
{
    *out = (struct feature_note){
        "text-encoding",
        arena_printf(a, "文件没有写明（或写错了）文字编码，按%s读取；请核对名称中的汉字是否正确。", encoding),
        arena_printf(a,
                     "The file does not tell its text encoding, or tells a wrong one; it was read as %s. "
                     "Check that the "
                     "names are right.",
                     encoding)};
    return out->zh && out->en;
}

bool feature_note_copy(const struct feature_note *from, struct arena *a, struct feature_note *out)
{
    *out = (struct feature_note){arena_strdup(a, from->code), arena_strdup(a, from->zh),
                                 arena_strdup(a, from->en)};
    return out->code && out->zh && out->en;
}

enum status feature_file_notes(const struct feature_stream *s, const struct crs_decision *d, struct arena *a,
                               struct feature_notes *out, struct error *e)
{
    struct feature_note *notes = arena_array(a, s->n_notes + 2, sizeof *notes);
    size_t n = 0;
    bool ok = notes != NULL;
    if (ok && d && d->datum_assumed)
        notes[n++] = (struct feature_note){crs_assumed_code(d), crs_assumed_zh(d), crs_assumed_en(d)};
    if (ok && *s->info.encoding)
        ok = note_encoding(s->info.encoding, a, &notes[n++]);
    for (size_t i = 0; ok && i < s->n_notes; i++)
        ok = feature_note_copy(&s->notes[i], a, &notes[n++]);
    if (!ok)
        return error_no_memory(e);
    *out = (struct feature_notes){notes, n};
    return STATUS_OK;
}
