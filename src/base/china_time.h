/* A moment as people read it: by China's clock, and told as such, whatever this computer is set to. What
 * machines read (JSON, the store) stays UTC. Threads: pure. */
#ifndef HX_BASE_CHINA_TIME_H
#define HX_BASE_CHINA_TIME_H

enum { CHINA_TIME_SIZE = 64 };

/* "2026-11-24T09:31:00Z" as "2026-11-24 17:31:00"; what is no such moment stays as it is. Returns `text`. */
const char *china_time(const char *utc, char text[CHINA_TIME_SIZE]);
/* The same with " 北京时间" behind a moment. */
const char *china_time_told(const char *utc, char text[CHINA_TIME_SIZE]);

#endif
