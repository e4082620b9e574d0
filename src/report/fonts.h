/* Can this machine set Chinese text? Asked by doctor, before somebody needs a PDF. Threads: any. */
#ifndef HX_REPORT_FONTS_H
#define HX_REPORT_FONTS_H

#include "base/status.h"

/* STATUS_UNSUPPORTED ("no-chinese-font") when a report as PDF or with a map would be refused. */
enum status report_fonts_look(struct error *e) HX_MUST_CHECK;

#endif
