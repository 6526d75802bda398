/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any text is read as a formula or refused with a sentence; what is read refers to earlier terms only. */
#include "cj-formula.h"
#include "fuzz.h"

#include <math.h>

static void
check_terms (const CjFormula *f)
{
  g_assert_cmpuint (f->n_terms, <=, CJ_FORMULA_MAX_TERMS);
  g_assert_true (f->result >= 0 && (guint) f->result < f->n_terms);
  g_assert_true (f->terms[f->result].of_input);
  g_assert_true (f->n_inputs >= 1 && f->n_inputs <= CJ_FORMULA_MAX_INPUTS);
  for (guint i = 0; i < f->n_terms; i++)
    {
      const CjTerm *t = &f->terms[i];

      g_assert_true (t->a < (int) i && t->b < (int) i);
      g_assert_true (t->kind != CJ_TERM_NUMBER || isfinite (t->number));
      g_assert_true (t->kind != CJ_TERM_LEARNED || t->index < f->n_learned);
      g_assert_true (t->kind != CJ_TERM_INPUT || t->index < f->n_inputs);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = size > 0 ? g_strndup ((const char *) data, size) : g_strdup ("");
  g_autofree CjFormula *formula = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_utf8_validate (text, -1, NULL))
    return 0; /* refused before it comes here: cj_params_parse */
  formula = cj_formula_parse (text, &error);
  fuzz_check (formula != NULL, error);
  if (formula != NULL)
    check_terms (formula);
  else
    g_assert_true (g_str_has_prefix (error->message, "column "));
  return 0;
}
