/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the glyphs are written: strokes in a box of 100 x 100, y pointing down.
 *
 *   M x y             lifts the pen and puts it down at x y
 *   L x y             a line
 *   Q cx cy x y       a quadratic curve towards cx cy, ending at x y
 *   A x y rx ry f s   an arc about x y from f degrees over s degrees, clockwise, 0 to the right;
 *                     a line leads to its start if the pen is down */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CJD_N_GLYPHS 36
#define CJD_GLYPH_WAYS 4

typedef struct
{
  const char *name;
  const char *ways[CJD_GLYPH_WAYS]; /* of writing it; the rest NULL */
} CjdGlyph;

extern const CjdGlyph cjd_glyphs[CJD_N_GLYPHS];

G_END_DECLS
