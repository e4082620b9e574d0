#include "report/forms/html_head.h"

#include <string.h>

const char html_style[] =
    "@page{size:A4;margin:20mm 18mm 22mm}"
    "@page wide{size:A4 landscape;margin:18mm 16mm 20mm}"
    "*{box-sizing:border-box}"
    "body{font:10.5pt/1.65 'Noto Serif CJK SC','Source Han Serif "
    "SC',SimSun,'宋体',serif;color:#111;background:#fff;"
    "max-width:178mm;margin:8mm auto;padding:0 4mm}"
    "h1{font:700 18pt/1.4 'Noto Sans CJK SC',SimHei,'黑体',sans-serif;text-align:center;margin:6mm 0 2mm;"
    "overflow-wrap:anywhere}"
    "h2{font:700 13pt/1.5 'Noto Sans CJK SC',SimHei,'黑体',sans-serif;margin:7mm 0 2mm;break-after:avoid;"
    "border-left:4px solid #b3122d;padding-left:3mm}"
    "h3{font:700 11pt/1.5 'Noto Sans CJK SC',SimHei,'黑体',sans-serif;margin:4mm 0 1mm;break-after:avoid}"
    ".sub{text-align:center;color:#555;margin:0 0 5mm;font-size:9.5pt}"
    "table{border-collapse:collapse;width:100%;font-size:9pt;line-height:1.45;margin:1mm 0 3mm}"
    "thead{display:table-header-group}tr{break-inside:avoid}"
    "th,td{border:.6pt solid #555;padding:1mm 1.4mm;vertical-align:middle;overflow-wrap:anywhere}"
    "th{background:#e8edf3;font-weight:700}"
    ".facts th{width:38mm;text-align:left;background:#f4f6f8}"
    ".dense{font-size:8pt}.dense th,.dense td{padding:.9mm .8mm}"
    "td.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}td.c{text-align:center}"
    "tr.total td{font-weight:700;background:#f4f6f8}"
    "p{margin:1mm 0;text-indent:2em}.alarm{color:#a00f26}p.small{font-size:9pt}"
    ".result{border:1.4pt solid #333;padding:2mm 4mm;margin:3mm 0;break-inside:avoid;color:#111}"
    ".result b{font:700 14pt 'Noto Sans CJK SC',SimHei,sans-serif}.result p{text-indent:0}"
    ".result.alarm{border-color:#b3122d}.result.alarm b{color:#b3122d}"
    ".notice{border:1pt solid #a15c00;background:#fff3d6;color:#6b3d00;padding:1.5mm 3mm;text-align:center;"
    "text-indent:0}"
    "ol{margin:0;padding-left:7mm}ol.small{font-size:9.5pt}figure{margin:2mm 0 5mm;break-inside:avoid}figure "
    "svg{width:100%;height:auto}"
    "figcaption{text-align:center;font-size:9pt}code{font-size:8pt;overflow-wrap:anywhere}"
    ".seal{border:.6pt solid #555;padding:2mm 4mm;overflow:hidden}.seal "
    "svg{float:left;width:42mm;margin-right:4mm}"
    ".seal code{font-size:7pt}.seal figcaption{text-align:left;font-size:8pt}"
    ".foot{margin-top:6mm;border-top:.6pt solid "
    "#999;font-size:8pt;color:#555;text-indent:0;overflow-wrap:anywhere}"
    "@media print{body{max-width:none;margin:0;padding:0}.wide{page:wide}.break{break-before:page}"
    "*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}"
    /* on a screen, too, the wide tables get the width of a page lying on its side */
    "@media screen{.wide{overflow-x:auto;width:min(265mm,calc(100vw - 10mm));margin-left:50%;"
    "transform:translateX(-50%)}}";

static bool at(const char *s, const char *end, const char *word)
{
    size_t n = strlen(word);
    return (size_t)(end - s) >= n && memcmp(s, word, n) == 0;
}

/* Several pictures stand in one page, and Cairo numbers the ids of each from 0. */
void html_inline_svg(struct buffer *out, const char *svg, size_t n, size_t number)
{
    static const struct {
        const char *from, *to;
    } marks[] = {{" id=\"", " id=\"m"}, {"url(#", "url(#m"}, {" xlink:href=\"#", " href=\"#m"}};
    const char *end = svg + n, *s = svg;
    while (s < end && !at(s, end, "<svg"))
        s++;
    while (s < end) {
        size_t k = 0;
        while (k < 3 && !at(s, end, marks[k].from))
            k++;
        if (k < 3) {
            buffer_printf(out, "%s%zu-", marks[k].to, number);
            s += strlen(marks[k].from);
        } else if (at(s, end, " xmlns")) {
            s = memchr(s, '"', (size_t)(end - s));
            s = s ? memchr(s + 1, '"', (size_t)(end - s - 1)) : NULL;
            s = s ? s + 1 : end;
        } else {
            buffer_append_char(out, *s++);
        }
    }
}
