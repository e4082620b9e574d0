/* How many features a filter chooses, kept for the pages that follow: each was looked at once, for the
 * first page, and a version never changes. In memory, of the latest some thousand pages; what is not there
 * is counted.
 *
 * Not for: what makes two pages pages of one walk (item_page.c makes the key). Threads: any. */
#ifndef HX_HTTP_PAGE_COUNTS_H
#define HX_HTTP_PAGE_COUNTS_H

#include "base/sha256.h"

#include <stdbool.h>

struct page_count {
    int64_t matched; /* on all pages */
    int64_t until;   /* of them before this page */
    int64_t before;  /* the `after` of the page before; -1: there is none */
};

struct page_counts;
struct page_counts *page_counts_new(void);    /* owned; NULL when memory is out */
void page_counts_free(struct page_counts *c); /* NULL-safe */

bool page_counts_find(struct page_counts *c, const uint8_t key[SHA256_BYTES], struct page_count *out);
/* Another page may have to go for it. */
void page_counts_add(struct page_counts *c, const uint8_t key[SHA256_BYTES], const struct page_count *count);

#endif
