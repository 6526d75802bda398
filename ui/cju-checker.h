/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Examines the layers of a document's network again and again, as long as somebody wants to know. */
#pragma once

#include "cjl-checkup.h"
#include "cju-document.h"

G_BEGIN_DECLS

#define CJU_TYPE_CHECKER (cju_checker_get_type ())
G_DECLARE_FINAL_TYPE (CjuChecker, cju_checker, CJU, CHECKER, GObject)

/* The document's own; it lives as long. Signal "changed": there is a newer checkup. */
CjuChecker *cju_checker_get (CjuDocument *document);

/* The newest checkup: borrowed, NULL before the first. As long as anyone calls this, a job makes new
 * ones from the newest weights, at most one in a second. */
const CjlCheckup *cju_checker_get_checkup (CjuChecker *checker);

G_END_DECLS
