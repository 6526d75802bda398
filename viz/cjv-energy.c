/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjv-energy.h"

#include "cjv-draw.h"

#include <math.h>

const char *
cjv_energy_get_unit (double most, double *size)
{
  static const char *const units[] = { "pJ", "nJ", "µJ", "mJ", "J" };
  guint i = 0;

  *size = 1;
  while (i + 1 < G_N_ELEMENTS (units) && fabs (most) / *size >= 999.5)
    {
      *size *= 1000;
      i++;
    }
  return units[i];
}

char *
cjv_energy_print (double picojoules)
{
  double size;
  const char *unit = cjv_energy_get_unit (picojoules, &size);
  g_autofree char *number = cjv_number_print (picojoules / size, 3);

  return g_strdup_printf ("%s %s", number, unit);
}
