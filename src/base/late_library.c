#include "base/late_library.h"

#include <dlfcn.h>
#include <string.h>

static bool fill(struct late_library *l)
{
    void *library = dlopen(l->file, RTLD_LAZY | RTLD_LOCAL);
    for (size_t i = 0; library && i < l->n; i++) {
        void *function = dlsym(library, l->names[i]);
        if (!function)
            return false;
        memcpy((char *)l->functions + i * sizeof function, &function, sizeof function);
    }
    return library != NULL;
}

static enum status fail_load(const struct late_library *l, const char *why, struct error *e)
{
    error_zh(e, "不能载入 %s（%.200s）；请重新安装它，或联系管理员。", l->title, why);
    return error_fail(e, STATUS_INTERNAL, "library-missing",
                      "%s cannot be loaded (%.200s): install it again, or tell the administrator.", l->title,
                      why);
}

enum status late_library_load(struct late_library *l, struct error *e)
{
    pthread_mutex_lock(&l->lock);
    enum status s = STATUS_OK;
    if (!l->loaded && !fill(l)) {
        const char *why = dlerror();
        s = fail_load(l, why ? why : l->file, e);
    }
    l->loaded = s == STATUS_OK;
    pthread_mutex_unlock(&l->lock);
    return s;
}
