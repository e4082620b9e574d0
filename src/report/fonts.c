#include "report/fonts.h"

#include "report/typeset.h"

static cairo_status_t drop(void *user, const unsigned char *bytes, unsigned n)
{
    (void)user, (void)bytes, (void)n;
    return CAIRO_STATUS_SUCCESS;
}

enum status report_fonts_look(struct error *e)
{
    struct typeset t = {.cr = NULL};
    enum status s = drawing_load(e);
    if (s)
        return s;
    cairo_surface_t *surface = cairo_svg_surface_create_for_stream(drop, NULL, 10, 10);
    cairo_t *cr = cairo_create(surface);
    s = typeset_status(cairo_status(cr), e);
    if (!s)
        s = typeset_init(&t, cr, e);
    if (!s)
        typeset_release(&t);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    return s;
}
