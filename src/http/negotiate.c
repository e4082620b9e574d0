#include "http/negotiate.h"

#include "http/links.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NOT_NAMED, ANYTHING, ANY_OF_ITS_KIND, ITSELF };

/* How closely a range of the list, of n bytes, names what is wanted. */
static int closeness(const char *range, size_t n, const char *wanted)
{
    const char *slash = strchr(wanted, '/');
    size_t kind = slash ? (size_t)(slash - wanted) + 1 : 0;
    if (n == strlen(wanted) && strncasecmp(range, wanted, n) == 0)
        return ITSELF;
    if (slash && n == kind + 1 && strncasecmp(range, wanted, kind) == 0 && range[kind] == '*')
        return ANY_OF_ITS_KIND;
    return (slash && n == 3 && memcmp(range, "*/*", 3) == 0) || (!slash && n == 1 && *range == '*')
               ? ANYTHING
               : NOT_NAMED;
}

static size_t skip_blanks(const char *text)
{
    return strspn(text, " \t");
}

/* The q among the parameters behind a range, up to the next comma; 1 when there is none. */
static double read_q(const char *parameters)
{
    for (const char *at = parameters; *at == ';';) {
        at++;
        at += skip_blanks(at);
        if ((*at == 'q' || *at == 'Q') && at[1] == '=') {
            char *end;
            double q = at[2] >= '0' && at[2] <= '1' ? strtod(at + 2, &end) : 0;
            return q >= 0 && q <= 1 ? q : 0;
        }
        at += strcspn(at, ";,");
    }
    return 1;
}

double accept_weight(const char *list, const char *wanted, double without)
{
    int best = NOT_NAMED;
    double weight = 0;
    if (!list)
        return without;
    while (*list) {
        list += strspn(list, ", \t");
        size_t n = strcspn(list, ";, \t");
        int close = n ? closeness(list, n, wanted) : NOT_NAMED;
        const char *behind = list + n;
        if (close > best) {
            best = close;
            weight = read_q(behind + skip_blanks(behind));
        }
        list += strcspn(list, ",");
    }
    return weight;
}

enum form form_accepted(const struct request *rq, const char *json, bool of_features)
{
    const char *accept = request_header(rq, MHD_HTTP_HEADER_ACCEPT);
    const char *const kinds[] = {[FORM_HTML] = MEDIA_HTML, [FORM_CSV] = MEDIA_CSV, [FORM_FGB] = MEDIA_FGB};
    double plain = accept_weight(accept, MEDIA_JSON, 1), own = accept_weight(accept, json, 1);
    double most = plain > own ? plain : own;
    enum form best = FORM_JSON;
    for (enum form f = FORM_HTML; f <= (of_features ? FORM_FGB : FORM_HTML); f++) {
        double weight = accept_weight(accept, kinds[f], 1);
        if (weight > most) {
            most = weight;
            best = f;
        }
    }
    return best;
}

enum status form_named(const struct request *rq, const char *const *names, int *which, struct error *e)
{
    const char *f = request_query(rq, "f");
    char zh[80] = "", en[80] = "";
    size_t n_zh = 0, n_en = 0;
    if (!f)
        return STATUS_OK;
    for (int i = 0; names[i]; i++) {
        if (strcmp(f, names[i]) == 0) {
            *which = i;
            return STATUS_OK;
        }
        n_zh += (size_t)snprintf(zh + n_zh, sizeof zh - n_zh, "%s%s", i ? "、" : "", names[i]);
        n_en += (size_t)snprintf(en + n_en, sizeof en - n_en, "%s%s", i ? ", " : "", names[i]);
    }
    error_zh(e, "没有格式“%.40s”；此处有 %s。", f, zh);
    return error_fail(e, STATUS_INVALID_INPUT, "unknown-format",
                      "There is no form \"%.40s\" here; there is %s.", f, en);
}

static enum status choose(const struct request *rq, const char *json, bool of_features, enum form *out,
                          struct error *e)
{
    static const char *const names[] = {"json", "html", NULL}, *const of_all[] = {"json", "html", "csv",
                                                                                  "fgb", NULL};
    int form = (int)form_accepted(rq, json, of_features);
    enum status s = form_named(rq, of_features ? of_all : names, &form, e);
    *out = (enum form)form;
    return s;
}

enum status form_asked(const struct request *rq, const char *json, enum form *out, struct error *e)
{
    return choose(rq, json, false, out, e);
}

enum status form_asked_of_features(const struct request *rq, const char *json, enum form *out,
                                   struct error *e)
{
    return choose(rq, json, true, out, e);
}

bool gzip_asked(const struct request *rq)
{
    return accept_weight(request_header(rq, MHD_HTTP_HEADER_ACCEPT_ENCODING), "gzip", 0) > 0;
}
