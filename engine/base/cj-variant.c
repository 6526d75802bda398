/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-variant.h"

GVariant *
cj_variant_settle (GVariant *variant)
{
  g_return_val_if_fail (variant != NULL, NULL);
  g_variant_get_data (variant);
  return variant;
}
