#include "features/stream.h"

enum status feature_stream_next(struct feature_stream *s, struct arena *a, struct feature *out, bool *more,
                                struct error *e)
{
    return s->ops->next(s, a, out, more, e);
}

enum status feature_stream_skip(struct feature_stream *s, int64_t position, int64_t fid, struct error *e)
{
    return s->ops->skip(s, position, fid, e);
}

void feature_stream_close(struct feature_stream *s)
{
    if (s)
        s->ops->close(s);
}
