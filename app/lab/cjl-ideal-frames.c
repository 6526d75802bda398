/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a unit wants, as frames of figures. */
#include "cjl-ideal.h"

#include <glib/gi18n-lib.h>

static void
put_title (CjvFrame *frame, const CjlIdeal *self)
{
  /* Translators: a layer, then “unit 3” or a direction among its units */
  g_autofree char *title = g_strdup_printf (_ ("%s, %s"), self->node, self->target);
  g_autofree char *step
      = g_strdup_printf (_ ("%s, step %llu"), self->data, (unsigned long long) self->step);
  g_autofree char *place
      = self->settings != NULL ? g_strdup_printf ("%s, %s", step, self->settings) : g_strdup (step);

  cjv_frame_set_text (frame, "title", title);
  cjv_frame_set_provenance (frame, place);
}

static void
put_places (CjvFrame *frame, const char *name, const guint32 *places, gsize n)
{
  g_autofree float *values = g_new (float, n + 1);

  for (gsize i = 0; i < n; i++)
    values[i] = (float) places[i];
  cjv_frame_set_values (frame, name, values, n);
}

CjvFrame *
cjl_ideal_frame (const CjlIdeal *self)
{
  CjvFrame *frame = cjv_frame_new ();
  const gsize k = self->most != NULL ? (gsize) self->most->shape.dims[0] : 0;

  cjv_frame_set_array (frame, "pictures", self->pictures);
  cjv_frame_set_values (frame, "answers", self->answers, (gsize) self->pictures->shape.dims[0]);
  if (k > 0)
    {
      cjv_frame_set_array (frame, "most", self->most);
      cjv_frame_set_values (frame, "most-answers", self->most_answers, k);
      put_places (frame, "most-samples", self->most_places, k);
      cjv_frame_set_array (frame, "least", self->least);
      cjv_frame_set_values (frame, "least-answers", self->least_answers, k);
      put_places (frame, "least-samples", self->least_places, k);
    }
  cjv_frame_set_scalar (frame, "pixels", self->pixels);
  put_title (frame, self);
  return cjv_frame_seal (frame);
}

CjvFrame *
cjl_field_frame (const CjlIdeal *self)
{
  CjvFrame *frame;

  if (self->field == NULL)
    return NULL;
  frame = cjv_frame_new ();
  cjv_frame_set_array (frame, "field", self->field);
  cjv_frame_set_values (frame, "box",
                        (const float[]){ (float) self->box.left, (float) self->box.top,
                                         (float) (self->box.right - self->box.left + 1),
                                         (float) (self->box.bottom - self->box.top + 1) },
                        4);
  cjv_frame_set_scalar (frame, "radius", self->radius);
  if (self->input != NULL)
    {
      cjv_frame_set_array (frame, "input", self->input);
      cjv_frame_set_scalar (frame, "pixels", self->pixels);
    }
  put_title (frame, self);
  return cjv_frame_seal (frame);
}
