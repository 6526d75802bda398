/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One process: windows, keys, the command line `cajal [FILE…]`, --new TEMPLATE, --train. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define CJA_TYPE_APPLICATION (cja_application_get_type ())
G_DECLARE_FINAL_TYPE (CjaApplication, cja_application, CJA, APPLICATION, AdwApplication)

CjaApplication *cja_application_new (void);

G_END_DECLS
