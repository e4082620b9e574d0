/* What makes a PDF of Cairo's an archive's: PDF/A-3b, with the report for programs attached. Private to
 * report/.
 *
 * Cairo writes neither metadata in XMP nor output intents nor attachments; they are added behind its bytes as
 * an incremental update, which needs to understand no more of the file than its trailer and its catalog.
 * Threads: pure. */
#ifndef HX_REPORT_FORMS_PDF_ARCHIVE_H
#define HX_REPORT_FORMS_PDF_ARCHIVE_H

#include "report/forms.h"

/* The name of the attachment. */
#define PDF_ATTACHMENT "report.json"

/* To the file that `out` holds from `from` on; with the seal, where the report has one (proof.h). */
enum status pdf_archive(const struct form_input *in, struct buffer *out, size_t from,
                        struct error *e) HX_MUST_CHECK;

/* The colours of a screen, sRGB, as an ICC profile (version 4.2). */
void pdf_srgb_profile(struct buffer *out);

#endif
