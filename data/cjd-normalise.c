/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjd-reader.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

static void
set_all (CjdDataset *dataset, float mean, float std)
{
  for (guint i = 0; i < dataset->n_channels; i++)
    {
      dataset->mean[i] = mean;
      dataset->std[i] = std;
    }
}

/* "0.5" or "0.485 0.456 0.406" into n numbers of at least `least`. */
static gboolean
read_numbers (const char *text, const char *what, guint n, double least, float *out, GError **error)
{
  guint found = 0;
  const char *at = text;
  gboolean good = TRUE;

  while (good && *(at += strspn (at, " ,;\t")) != '\0')
    {
      char *end;
      const double value = g_ascii_strtod (at, &end);

      good = end != at && isfinite (value) && fabs (value) < 1e30 && value >= least && found < n;
      if (good)
        out[found++] = (float) value;
      at = end;
    }
  if (!good || (found != 1 && found != n))
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_PARAM,
          least > 0 ? _ ("%s cannot be “%s”. Give one number, or one for each of the %u channels, "
                         "larger than 0.")
                    : _ ("%s cannot be “%s”. Give one number, or one for each of the %u channels."),
          what, text, n);
      return FALSE;
    }
  for (guint i = found; i < n; i++)
    out[i] = out[0];
  return TRUE;
}

gboolean
cjd_dataset_normalise (CjdDataset *dataset, const CjdReadOptions *options, GError **error)
{
  const guint n = dataset->n_channels;

  if (n == 0 || options->normalise == CJD_NORMALISE_MEASURED)
    return TRUE;
  if (options->normalise == CJD_NORMALISE_AS_IS)
    set_all (dataset, 0, 1);
  else if (options->normalise == CJD_NORMALISE_CENTRED)
    set_all (dataset, 0.5f, 0.5f);
  else
    return read_numbers (options->mean, _ ("Mean"), n, -1e30, dataset->mean, error)
           && read_numbers (options->deviation, _ ("Deviation"), n, 1e-12, dataset->std, error);
  return TRUE;
}
