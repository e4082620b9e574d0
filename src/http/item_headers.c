#include "http/item_headers.h"

#include <stdio.h>

static const char *name_of(enum form form)
{
    return form == FORM_CSV ? "csv" : "fgb";
}

/* Link: <address>; rel="next"; the parameters of a path are percent-encoded already. */
static void add_link(struct reply *reply, const struct item_page *p, const char *rel, int64_t after)
{
    struct buffer b;
    buffer_init(&b, 0);
    buffer_printf(&b, "<%s", p->links.base);
    item_page_path(p, after, &b);
    if (!p->whole)
        buffer_printf(&b, "&f=%s", name_of(p->form));
    buffer_printf(&b, ">; rel=\"%s\"; type=\"%s\"", rel, p->form == FORM_CSV ? MEDIA_CSV : MEDIA_FGB);
    if (b.data)
        reply_header(reply, MHD_HTTP_HEADER_LINK, b.data);
    buffer_release(&b);
}

void item_file_headers(struct reply *reply, const struct item_page *p, struct item_shown shown, bool more)
{
    char text[REQUEST_PARAM_SIZE + 64];
    add_link(reply, p, "self", p->after);
    if (p->before >= 0)
        add_link(reply, p, "prev", p->before);
    if (more)
        add_link(reply, p, "next", shown.last);
    snprintf(text, sizeof text, "%lld", (long long)p->matched);
    reply_header(reply, "OGC-NumberMatched", text);
    snprintf(text, sizeof text, "%lld", (long long)shown.n);
    reply_header(reply, "OGC-NumberReturned", text);
    snprintf(text, sizeof text, "attachment; filename=\"%s.%s\"", p->id, name_of(p->form));
    reply_header(reply, MHD_HTTP_HEADER_CONTENT_DISPOSITION, text);
    item_crs_header(reply, &p->crs);
}
