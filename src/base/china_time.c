#include "base/china_time.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static bool convert(const char *utc, char text[CHINA_TIME_SIZE])
{
    struct tm t = {.tm_isdst = 0};
    int end = 0;
    if (sscanf(utc, "%4d-%2d-%2dT%2d:%2d:%2dZ%n", &t.tm_year, &t.tm_mon, &t.tm_mday, &t.tm_hour, &t.tm_min,
               &t.tm_sec, &end) != 6 ||
        !end || utc[end])
        return false;
    t.tm_year -= 1900;
    t.tm_mon -= 1;
    time_t at = timegm(&t) + 8 * 3600; /* the whole country has one zone, without summer time */
    struct tm local;
    return gmtime_r(&at, &local) && strftime(text, CHINA_TIME_SIZE, "%Y-%m-%d %H:%M:%S", &local) > 0;
}

const char *china_time(const char *utc, char text[CHINA_TIME_SIZE])
{
    if (!convert(utc, text))
        snprintf(text, CHINA_TIME_SIZE, "%s", utc);
    return text;
}

const char *china_time_told(const char *utc, char text[CHINA_TIME_SIZE])
{
    if (convert(utc, text))
        strcat(text, " 北京时间"); /* there is room: 19 bytes stand there */
    else
        snprintf(text, CHINA_TIME_SIZE, "%s", utc);
    return text;
}
