#include "report/typeset.h"

#include <string.h>

#ifdef __SANITIZE_ADDRESS__
/* Fontconfig and Pango read their configuration and fonts once and keep them until the process ends; Cairo
 * 1.16 loses 768 bytes with every CFF font that it embeds. */
const char *__lsan_default_suppressions(void) __attribute__((visibility("default")));
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\nleak:libpango\nleak:libcairo\n";
}
#endif

enum status typeset_status(cairo_status_t s, struct error *e)
{
    if (s == CAIRO_STATUS_SUCCESS)
        return STATUS_OK;
    if (s == CAIRO_STATUS_NO_MEMORY)
        return error_no_memory(e);
    error_zh(e, "绘图失败：%s。", cairo_status_to_string(s));
    return error_fail(e, STATUS_INTERNAL, "drawing-failed", "Drawing failed: %s.", cairo_status_to_string(s));
}

static void apply(struct typeset *t, const char *text, const struct type_style *s)
{
    static const PangoAlignment align[] = {PANGO_ALIGN_LEFT, PANGO_ALIGN_CENTER, PANGO_ALIGN_RIGHT};
    PangoFontDescription *font = t->fonts[s->face + (s->bold ? 2 : 0)];
    pango_font_description_set_absolute_size(font, s->size * PANGO_SCALE);
    pango_layout_set_font_description(t->layout, font);
    pango_layout_set_width(t->layout, s->width > 0 ? (int)(s->width * PANGO_SCALE) : -1);
    pango_layout_set_alignment(t->layout, align[s->align]);
    pango_layout_set_height(t->layout, s->max_lines ? -s->max_lines : -1);
    pango_layout_set_ellipsize(t->layout, s->max_lines ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_NONE);
    pango_layout_set_text(t->layout, text, -1);
}

enum status typeset_init(struct typeset *t, cairo_t *cr, struct error *e)
{
    static const char *const families[] = {"Noto Sans CJK SC, sans-serif", "Noto Serif CJK SC, serif"};
    *t = (struct typeset){.cr = cr, .layout = pango_cairo_create_layout(cr)};
    for (int i = 0; i < 4; i++) {
        t->fonts[i] = pango_font_description_new();
        pango_font_description_set_family_static(t->fonts[i], families[i % 2]);
        pango_font_description_set_weight(t->fonts[i], i >= 2 ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    }
    pango_context_set_language(pango_layout_get_context(t->layout), pango_language_from_string("zh-cn"));
    pango_layout_set_wrap(t->layout, PANGO_WRAP_WORD_CHAR);
    /* a hash that is broken over two lines must not gain a hyphen */
    PangoAttrList *attributes = pango_attr_list_new();
    pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
    pango_layout_set_attributes(t->layout, attributes);
    pango_attr_list_unref(attributes);
    apply(t, "红线压占", &(struct type_style){.size = 10});
    if (pango_layout_get_unknown_glyphs_count(t->layout) == 0)
        return STATUS_OK;
    typeset_release(t);
    error_zh(e, "本机没有中文字体，不能生成版面；请安装 fonts-noto-cjk。");
    return error_fail(e, STATUS_UNSUPPORTED, "no-chinese-font",
                      "This machine has no Chinese font, so pages cannot be set; install fonts-noto-cjk.");
}

void typeset_release(struct typeset *t)
{
    for (int i = 0; i < 4; i++)
        if (t->fonts[i])
            pango_font_description_free(t->fonts[i]);
    if (t->layout)
        g_object_unref(t->layout);
    *t = (struct typeset){.cr = NULL};
}

static void layout_size(struct typeset *t, double *width, double *height)
{
    int w, h;
    pango_layout_get_size(t->layout, &w, &h);
    *width = (double)w / PANGO_SCALE;
    *height = (double)h / PANGO_SCALE;
}

void typeset_measure(struct typeset *t, const char *text, const struct type_style *s, double *width,
                     double *height)
{
    apply(t, text, s);
    layout_size(t, width, height);
}

static void show(struct typeset *t, const struct type_style *s, double x, double y, double width)
{
    if (s->width <= 0 && s->align != TYPE_LEFT)
        x -= s->align == TYPE_CENTRE ? width / 2 : width;
    typeset_colour(t->cr, s->colour, 1);
    cairo_move_to(t->cr, x, y);
    pango_cairo_show_layout(t->cr, t->layout);
}

double typeset_draw(struct typeset *t, const char *text, const struct type_style *s, double x, double y)
{
    double width, height;
    apply(t, text, s);
    layout_size(t, &width, &height);
    show(t, s, x, y, width);
    return height;
}

void typeset_draw_in(struct typeset *t, const char *text, const struct type_style *s, double x, double y,
                     double height)
{
    double width, own;
    apply(t, text, s);
    layout_size(t, &width, &own);
    show(t, s, x, y + (height - own) / 2, width);
}

void typeset_label(struct typeset *t, const char *text, const struct type_style *s, double x, double y)
{
    double width, height;
    apply(t, text, s);
    layout_size(t, &width, &height);
    cairo_save(t->cr);
    cairo_rectangle(t->cr, x - width / 2 - 2, y - height / 2, width + 4, height);
    typeset_colour(t->cr, 0xffffff, 0.8);
    cairo_fill(t->cr);
    typeset_colour(t->cr, s->colour, 1);
    cairo_move_to(t->cr, x - width / 2, y - height / 2);
    pango_cairo_show_layout(t->cr, t->layout);
    cairo_restore(t->cr);
}

void typeset_colour(cairo_t *cr, unsigned rgb, double alpha)
{
    cairo_set_source_rgba(cr, (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0, (rgb & 255) / 255.0,
                          alpha);
}
