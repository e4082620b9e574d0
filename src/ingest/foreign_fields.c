#include "ingest/foreign_parts.h"

#include "base/text.h"
#include "formats/encoding.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The first that is there is taken. */
static const char *const names[FOREIGN_FIELDS][12] = {
    [FOREIGN_ID] = {"DKBH", "地块编号", "地块号", "宗地号", "BSM", "编号", "EntityHandle", "id"},
    [FOREIGN_NAME] = {"DKMC", "地块名称", "XMMC", "项目名称", "MC", "名称", "Name", "Layer"},
    [FOREIGN_USE] = {"DKYT", "地块用途", "用途"},
    [FOREIGN_AREA] = {"DKMJ", "地块面积", "MJ", "面积"},
};

void foreign_find_encoding(struct foreign_reading *r, OGRLayerH layer)
{
    struct text_vote vote = {0, 0};
    OGRFeatureDefnH defn = OGR_L_GetLayerDefn(layer);
    for (int i = 0; i < OGR_FD_GetFieldCount(defn); i++) {
        const char *name = OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(defn, i));
        text_vote_add(&vote, name, strlen(name));
    }
    OGR_L_ResetReading(layer);
    for (OGRFeatureH f; (f = OGR_L_GetNextFeature(layer));) {
        for (int i = 0; i < OGR_F_GetFieldCount(f); i++) {
            const char *text = OGR_F_IsFieldSetAndNotNull(f, i) ? OGR_F_GetFieldAsString(f, i) : "";
            text_vote_add(&vote, text, strlen(text));
        }
        OGR_F_Destroy(f);
    }
    r->gbk = text_vote_decide(&vote, NULL) == TEXT_GB18030;
}

char *foreign_text(const struct foreign_reading *r, const char *raw)
{
    if (!r->gbk || text_is_ascii(raw))
        return strdup(raw);
    size_t n = strlen(raw), room = n * 2 + 4;
    char *text = malloc(room + 1), *to = text, *from = (char *)(uintptr_t)raw;
    iconv_t cd = iconv_open("UTF-8", "GB18030");
    if (!text || cd == (iconv_t)-1) {
        free(text);
        return strdup(raw);
    }
    (void)iconv(cd, &from, &n, &to, &room); /* a character that was cut at the field's width is left out */
    iconv_close(cd);
    *to = '\0';
    return text;
}

static int find_field(const struct foreign_reading *r, OGRFeatureDefnH defn, const char *wanted)
{
    int found = -1;
    for (int i = 0; found < 0 && i < OGR_FD_GetFieldCount(defn); i++) {
        char *name = foreign_text(r, OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(defn, i)));
        if (name && strcasecmp(name, wanted) == 0)
            found = i;
        free(name);
    }
    return found;
}

void foreign_bind_fields(const struct foreign_reading *r, OGRFeatureDefnH defn, int index[FOREIGN_FIELDS])
{
    for (int f = 0; f < FOREIGN_FIELDS; f++) {
        index[f] = -1;
        for (int k = 0; k < 12 && names[f][k] && index[f] < 0; k++)
            index[f] = find_field(r, defn, names[f][k]);
    }
}
