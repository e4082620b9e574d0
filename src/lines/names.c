/* Names of statuses and verdicts: for programs (stable) and for people. */
#include "lines/finding.h"

const char *layer_status_name(enum layer_status s)
{
    switch (s) {
    case LAYER_UNMEASURED:
        return "unmeasured";
    case LAYER_NOT_COVERED:
        return "not_covered";
    case LAYER_OVERLAP:
        return "overlap";
    case LAYER_SLIVER:
        return "sliver";
    case LAYER_CLEAR:
        return "clear";
    }
    return "unmeasured";
}

const char *layer_status_zh(enum layer_status s)
{
    switch (s) {
    case LAYER_UNMEASURED:
        return "无法测算";
    case LAYER_NOT_COVERED:
        return "数据未覆盖";
    case LAYER_OVERLAP:
        return "压占";
    case LAYER_SLIVER:
        return "仅碎屑";
    case LAYER_CLEAR:
        return "未压占";
    }
    return "无法测算";
}

const char *class_note_zh(enum class_note n)
{
    switch (n) {
    case CLASS_MATCHED:
        return "";
    case CLASS_NOT_GIVEN:
        return "未填项目类型，按一般规定判定；填写后请重新判定。";
    case CLASS_HAS_NO_RULE:
        return "规则表对所填项目类型在此情形下没有专门条款，按一般规定判定，请人工核对。";
    }
    return "";
}

const char *class_note_en(enum class_note n)
{
    switch (n) {
    case CLASS_MATCHED:
        return "";
    case CLASS_NOT_GIVEN:
        return "No project class was given; the general rule was used. Name the class and check again.";
    case CLASS_HAS_NO_RULE:
        return "The rule table has no row of its own for this project class here; the general rule was used, "
               "to be "
               "looked at by a person.";
    }
    return "";
}

const char *verdict_name(enum verdict v)
{
    switch (v) {
    case VERDICT_UNKNOWN:
        return "unknown";
    case VERDICT_PROHIBITED:
        return "prohibited";
    case VERDICT_RESTRICTED:
        return "restricted";
    case VERDICT_NOTICE:
        return "notice";
    case VERDICT_ALLOWED:
        return "allowed";
    }
    return "unknown";
}

const char *verdict_zh(enum verdict v)
{
    switch (v) {
    case VERDICT_UNKNOWN:
        return "无法判定";
    case VERDICT_PROHIBITED:
        return "禁止";
    case VERDICT_RESTRICTED:
        return "限制";
    case VERDICT_NOTICE:
        return "提示";
    case VERDICT_ALLOWED:
        return "允许";
    }
    return "无法判定";
}

/* Lying inside a line that contains is no offence: there the words are those of a boundary. */
const char *layer_finding_zh(const struct layer_finding *f)
{
    if (f->line->relation == LINE_CLASSIFIES && (f->status == LAYER_OVERLAP || f->status == LAYER_CLEAR))
        return f->status == LAYER_OVERLAP ? "涉及" : "不涉及";
    if (f->line->relation != LINE_CONTAINS)
        return layer_status_zh(f->status);
    if (f->status == LAYER_CLEAR)
        return "位于界外";
    if (f->status != LAYER_OVERLAP)
        return layer_status_zh(f->status);
    return f->inside ? "位于界内" : "部分位于界内";
}

const char *layer_finding_en(const struct layer_finding *f)
{
    bool boundary = f->line->relation == LINE_CONTAINS;
    if (f->line->relation == LINE_CLASSIFIES && (f->status == LAYER_OVERLAP || f->status == LAYER_CLEAR))
        return f->status == LAYER_OVERLAP ? "met" : "not met";
    switch (f->status) {
    case LAYER_UNMEASURED:
        return "cannot be measured";
    case LAYER_NOT_COVERED:
        return "no data here";
    case LAYER_OVERLAP:
        return !boundary ? "overlap" : f->inside ? "inside the boundary" : "partly inside the boundary";
    case LAYER_SLIVER:
        return "slivers only";
    case LAYER_CLEAR:
        return boundary ? "outside the boundary" : "clear";
    }
    return "cannot be measured";
}
