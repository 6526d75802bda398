/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Energies as figures show them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* "1.24 µJ", with three figures. You free. */
char *cjv_energy_print (double picojoules);

/* The unit in which energies up to `most` pJ are read well, "nJ"; how many pJ it has goes to *size. */
const char *cjv_energy_get_unit (double most, double *size);

G_END_DECLS
