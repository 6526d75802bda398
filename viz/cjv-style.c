/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjv-style.h"

#include <math.h>

/* Rows: light, dark, light with high contrast, dark with high contrast. Greys are those of Adwaita. */
static const guint32 roles[4][CJV_N_ROLES] = {
  { 0x2e2e32, 0x66666a, 0xdedee0, 0xffffff, 0xededef, 0x1c71d8, 0x1b7f4e, 0xc01c28, 0xff7800 },
  { 0xf2f2f3, 0xa8a8ac, 0x434347, 0x242428, 0x36363a, 0x78aeed, 0x57d38c, 0xff7b72, 0xffa348 },
  { 0x000000, 0x1a1a1c, 0x8a8a8e, 0xffffff, 0xe0e0e2, 0x0b4fa3, 0x0a5c34, 0x9c0610, 0xc64600 },
  { 0xffffff, 0xf0f0f0, 0x8a8a8e, 0x000000, 0x3a3a3e, 0x99c8ff, 0x8ff0a4, 0xffa29b, 0xffbe6f },
};

static const guint32 categories[2][10] = {
  { 0x2a76d2, 0xe0660b, 0x0a8f68, 0xb4579a, 0x8a6d00, 0x3fa2d6, 0xb3202a, 0x5b4bb0, 0x5f8f1f,
    0x6b6b70 },
  { 0x5a9ff0, 0xf58a3c, 0x2fc394, 0xe08bc6, 0xe3c53a, 0x7fd0f7, 0xf0605e, 0xa497f2, 0xa5d15a,
    0xb0b0b6 },
};

void
cjv_style_init (CjvStyle *style, gboolean dark)
{
  g_return_if_fail (style != NULL);

  *style = (CjvStyle){
    .dark = dark,
    .font = "Cantarell, Adwaita Sans, Inter, sans-serif",
    .font_size = 12,
    .line_width = 2,
    .scale = 1,
  };
}

CjvColor
cjv_color_hex (guint32 rgb)
{
  return (CjvColor){ ((rgb >> 16) & 255) / 255.0, ((rgb >> 8) & 255) / 255.0, (rgb & 255) / 255.0,
                     1 };
}

CjvColor
cjv_color_mix (CjvColor a, CjvColor b, double t)
{
  return (CjvColor){ a.r + (b.r - a.r) * t, a.g + (b.g - a.g) * t, a.b + (b.b - a.b) * t,
                     a.a + (b.a - a.a) * t };
}

CjvColor
cjv_color_alpha (CjvColor color, double alpha)
{
  color.a = alpha;
  return color;
}

CjvColor
cjv_style_color (const CjvStyle *style, CjvRole role)
{
  g_return_val_if_fail (style != NULL && role < CJV_N_ROLES, cjv_color_hex (0));

  return cjv_color_hex (roles[(style->high_contrast ? 2 : 0) + (style->dark ? 1 : 0)][role]);
}

CjvColor
cjv_style_category (const CjvStyle *style, guint i)
{
  g_return_val_if_fail (style != NULL, cjv_color_hex (0));

  return cjv_color_hex (categories[style->dark ? 1 : 0][i % G_N_ELEMENTS (categories[0])]);
}

CjvColor
cjv_style_signed_ink (const CjvStyle *style, double sign)
{
  g_return_val_if_fail (style != NULL, cjv_color_hex (0));

  if (style->dark)
    return cjv_color_hex (sign < 0 ? 0xf4625c : 0x62a0ea);
  return cjv_color_hex (sign < 0 ? 0xc8202b : 0x1c71d8);
}

gboolean
cjv_map_is_signed (CjvMap map)
{
  return map == CJV_MAP_SIGNED || map == CJV_MAP_SIGNED_PRINT || map == CJV_MAP_SIGNED_GREY;
}

CjvMap
cjv_style_map (const CjvStyle *style, CjvMap map)
{
  g_return_val_if_fail (style != NULL, map);

  if (style->colors == CJV_COLORS_GREY)
    return cjv_map_is_signed (map) ? CJV_MAP_SIGNED_GREY : CJV_MAP_GREY;
  /* that for numbers without a sign rises in lightness already */
  return style->colors == CJV_COLORS_PRINT && map == CJV_MAP_SIGNED ? CJV_MAP_SIGNED_PRINT : map;
}

CjvColor
cjv_map_color (CjvMap map, const CjvStyle *style, double t)
{
  g_return_val_if_fail (style != NULL, cjv_color_hex (0));

  if (isnan (t))
    return cjv_style_color (style, CJV_WARN);
  t = CLAMP (t, 0.0, 1.0);
  return cjv_color_hex (cjv_map_table (map, style->dark)[(int) lround (t * (CJV_MAP_SIZE - 1))]);
}

static double
linear (double c)
{
  return c <= 0.04045 ? c / 12.92 : pow ((c + 0.055) / 1.055, 2.4);
}

double
cjv_color_luminance (CjvColor color)
{
  return 0.2126 * linear (color.r) + 0.7152 * linear (color.g) + 0.0722 * linear (color.b);
}

CjvColor
cjv_color_ink_on (CjvColor color)
{
  /* Both contrasts are the same at a luminance of 0.179. */
  return cjv_color_hex (cjv_color_luminance (color) > 0.179 ? 0x000000 : 0xffffff);
}
