#include "cli/sandbox_say.h"

#include "base/log.h"
#include "features/sandbox/sandbox.h"

#include <stdio.h>
#include <string.h>

static void log_measures(const struct sandbox_measures *m)
{
    char in_effect[400] = "";
    for (int i = 0; i < SANDBOX_MEASURES; i++) {
        enum sandbox_measure which = (enum sandbox_measure)i;
        size_t n = strlen(in_effect);
        struct error why = {0};
        if (m->tried[i] && !m->why[i]) {
            snprintf(in_effect + n, sizeof in_effect - n, "%s%s", n ? ", " : "", sandbox_measure_name(which));
            continue;
        }
        sandbox_measure_words(m, which, &why);
        log_line(i < SANDBOX_REQUIRED ? LOG_WARN : LOG_INFO, "sandbox without %s: %s",
                 sandbox_measure_name(which), why.en);
    }
    log_line(LOG_INFO, "sandbox: %s (Landlock %d)", in_effect, m->landlock);
}

enum status sandbox_say(bool required, struct error *e)
{
    struct sandbox_measures m;
    enum status s = required ? sandbox_require(NULL, e) : sandbox_report(NULL, &m, e);
    if (sandbox_known(&m))
        log_measures(&m);
    return s;
}
