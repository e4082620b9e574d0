#include "http/current_config.h"

#include "http/links.h"

#include <stdlib.h>
#include <string.h>

struct later_config {
    struct http_config config;
    struct later_config *before;
};

void current_config_init(struct current_config *c, const struct http_config *start)
{
    *c = (struct current_config){.start = *start};
    atomic_store(&c->now, &c->start);
}

void current_config_release(struct current_config *c)
{
    for (struct later_config *l = c->later, *before; l; l = before) {
        before = l->before;
        free(l);
    }
    c->later = NULL;
}

const struct http_config *current_config(const struct current_config *c)
{
    return atomic_load(&((struct current_config *)c)->now);
}

struct later_config *current_config_next(const struct current_config *c, const struct http_config *wanted)
{
    struct later_config *l = malloc(sizeof *l);
    if (!l)
        return NULL;
    l->config = *current_config(c);
    l->config.limits = wanted->limits;
    l->config.cors = wanted->cors;
    memcpy(l->config.public_names, wanted->public_names, sizeof wanted->public_names);
    l->config.n_public_names = wanted->n_public_names;
    return l;
}

void current_config_take(struct current_config *c, struct later_config *next)
{
    next->before = c->later;
    c->later = next;
    atomic_store(&c->now, &next->config);
}

void current_config_drop(struct later_config *next)
{
    free(next);
}

bool http_public_url_check(const char *url)
{
    return link_base_check(url);
}

/* An origin has no path: a browser would compare the text and never find it alike. */
bool http_cors_check(const char *origin)
{
    return strcmp(origin, "*") == 0 || (link_base_check(origin) && !strchr(strstr(origin, "://") + 3, '/'));
}
