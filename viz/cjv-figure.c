/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjv-figure.h"

#include "cjv-draw.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define MIN_SIDE 16 /* px: below it there is only a background */

gpointer
cjv_figure_new_params (const CjvFigureInfo *info)
{
  gpointer params;

  g_return_val_if_fail (info != NULL, NULL);

  if (info->params_size == 0)
    return NULL;
  params = g_malloc0 (info->params_size);
  cj_params_reset (info->params, params);
  return params;
}

static gboolean
has (const CjvFrame *frame, const CjvWant *want)
{
  switch (want->kind)
    {
    case CJV_WANT_ARRAY:
      return cjv_tensor_size (cjv_frame_get_array (frame, want->name)) > 0;
    case CJV_WANT_STRINGS:
      return cjv_frame_get_string (frame, want->name, 0) != NULL;
    case CJV_WANT_TEXT:
      return cjv_frame_get_text (frame, want->name) != NULL;
    case CJV_WANT_SCALAR:
      return isfinite (cjv_frame_get_scalar (frame, want->name, NAN));
    default:
      return FALSE;
    }
}

const CjvWant *
cjv_figure_get_missing (const CjvFigureInfo *info, const CjvFrame *frame)
{
  g_return_val_if_fail (info != NULL, NULL);

  for (const CjvWant *want = info->wants; want->name != NULL; want++)
    if (want->required && !has (frame, want))
      return want;
  return NULL;
}

void
cjv_figure_draw (const CjvFigureInfo *info, const CjvFrame *frame, gconstpointer params,
                 const CjvStyle *style, cairo_t *cr, double width, double height)
{
  PangoContext *pango;
  g_autofree gpointer presets = NULL;
  CjvScene scene;

  g_return_if_fail (info != NULL && style != NULL && cr != NULL);
  g_return_if_fail (style->font_size > 0 && style->scale > 0);

  pango = cjv_text_context_new ();
  if (params == NULL)
    presets = cjv_figure_new_params (info);
  scene = (CjvScene){ frame, params != NULL ? params : presets, style, pango, width, height };
  cairo_save (cr);
  cairo_rectangle (cr, 0, 0, width, height);
  cairo_clip (cr);
  if (!style->transparent)
    {
      cjv_draw_set_color (cr, cjv_style_color (style, CJV_BACKGROUND));
      cairo_paint (cr);
    }
  if (width >= MIN_SIDE && height >= MIN_SIDE)
    {
      if (cjv_figure_get_missing (info, frame) != NULL)
        cjv_draw_empty (&scene, cr, _ (info->title), _ (info->empty));
      else if (!info->draw (&scene, cr))
        cjv_draw_empty (&scene, cr, _ (info->title),
                        _ ("The numbers are not finite or not of the expected shape."));
    }
  cairo_restore (cr);
  g_object_unref (pango);
}

void
cjv_hit_clear (CjvHit *hit)
{
  g_return_if_fail (hit != NULL);

  g_free (hit->text);
  *hit = (CjvHit){ .index = -1, .series = -1 };
}

gboolean
cjv_figure_hit (const CjvFigureInfo *info, const CjvFrame *frame, gconstpointer params,
                const CjvStyle *style, double width, double height, double x, double y, CjvHit *hit)
{
  PangoContext *pango;
  g_autofree gpointer presets = NULL;
  CjvScene scene;
  gboolean found;

  g_return_val_if_fail (info != NULL && style != NULL && hit != NULL, FALSE);
  g_return_val_if_fail (style->font_size > 0 && style->scale > 0, FALSE);

  *hit = (CjvHit){ .index = -1, .series = -1 };
  if (info->hit == NULL || cjv_figure_get_missing (info, frame) != NULL)
    return FALSE;
  if (!(width >= MIN_SIDE && height >= MIN_SIDE && x >= 0 && y >= 0 && x < width && y < height))
    return FALSE;
  pango = cjv_text_context_new ();
  if (params == NULL)
    presets = cjv_figure_new_params (info);
  scene = (CjvScene){ frame, params != NULL ? params : presets, style, pango, width, height };
  found = info->hit (&scene, x, y, hit);
  g_object_unref (pango);
  return found;
}

gboolean
cjv_figure_zoom (const CjvFigureInfo *info, const CjvFrame *frame, gpointer params,
                 const CjvStyle *style, double width, double height, const CjvZoom *zoom)
{
  PangoContext *pango;
  CjvScene scene;
  gboolean zoomed;

  g_return_val_if_fail (info != NULL && params != NULL && style != NULL, FALSE);

  if (info->zoom == NULL || cjv_figure_get_missing (info, frame) != NULL || width < MIN_SIDE
      || height < MIN_SIDE)
    return FALSE;
  pango = cjv_text_context_new ();
  scene = (CjvScene){ frame, params, style, pango, width, height };
  zoomed = info->zoom (&scene, zoom, params);
  g_object_unref (pango);
  return zoomed;
}

char *
cjv_figure_print_csv (const CjvFigureInfo *info, const CjvFrame *frame, gconstpointer params)
{
  g_autofree gpointer presets = NULL;
  GString *out;
  CjvScene scene = { .frame = frame, .params = params };

  g_return_val_if_fail (info != NULL, NULL);

  out = g_string_new (NULL);
  if (params == NULL)
    scene.params = presets = cjv_figure_new_params (info);
  if (cjv_figure_get_missing (info, frame) == NULL)
    info->csv (&scene, out);
  return g_string_free (out, FALSE);
}

char *
cjv_figure_print_words (const CjvFigureInfo *info, const CjvFrame *frame, gconstpointer params)
{
  g_autofree gpointer presets = NULL;
  CjvScene scene = { .frame = frame, .params = params };
  char *words = NULL;

  g_return_val_if_fail (info != NULL, NULL);

  if (params == NULL)
    scene.params = presets = cjv_figure_new_params (info);
  if (cjv_figure_get_missing (info, frame) == NULL)
    words = info->words (&scene);
  return words != NULL ? words : g_strdup_printf ("%s: %s", _ (info->title), _ (info->empty));
}
