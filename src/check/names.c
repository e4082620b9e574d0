/* Names of statuses and verdicts: for programs (stable) and for people. */
#include "check/check.h"

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
