/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-curve.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

void
cjl_curve_init (CjlCurve *self, const CjlNetwork *network, CjdSplit split, gsize n_samples,
                guint n_points, guint n_seeds)
{
  CjShape shape = cj_shape1 (n_points);

  self->dataset = cjd_dataset_ref (network->dataset);
  self->split = split;
  self->step = network->weights->at.step;
  self->n = MIN (n_samples, cjd_dataset_count (network->dataset, split));
  self->chance = network->dataset->n_classes > 0 ? 1.0 / network->dataset->n_classes : NAN;
  self->x = cj_tensor_new (CJ_FLOAT32, &shape);
  shape = cj_shape2 (n_seeds, n_points);
  self->accuracy = cj_tensor_new (CJ_FLOAT32, &shape);
  for (gint64 i = 0; i < cj_shape_size (&shape); i++)
    cj_tensor_f32 (self->accuracy)[i] = NAN;
}

gboolean
cjl_curve_check (const CjlCurve *self, GError **error)
{
  if (self->n > 0)
    return TRUE;
  g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
               _ ("The split has no samples. Choose another, or keep a share of the data for "
                  "it."));
  return FALSE;
}

void
cjl_curve_put (CjlCurve *self, guint seed, guint point, double accuracy)
{
  cj_tensor_f32 (self->accuracy)[seed * self->accuracy->shape.dims[1] + point] = (float) accuracy;
}

CjlCurve
cjl_curve_copy (const CjlCurve *self)
{
  CjlCurve copy = *self;

  cjd_dataset_ref (copy.dataset);
  cj_tensor_ref (copy.x);
  copy.accuracy = cj_tensor_dup (self->accuracy);
  return copy;
}

void
cjl_curve_clear (CjlCurve *self)
{
  g_clear_pointer (&self->dataset, cjd_dataset_unref);
  g_clear_pointer (&self->x, cj_tensor_unref);
  g_clear_pointer (&self->accuracy, cj_tensor_unref);
}

gboolean
cjl_curve_is_like (const CjlCurve *a, const CjlCurve *b)
{
  return cj_shape_equal (&a->accuracy->shape, &b->accuracy->shape)
         && memcmp (a->x->data, b->x->data, cj_tensor_bytes (a->x)) == 0;
}

CjvFrame *
cjl_curve_frame (const CjlCurve *const *all, guint n, const char *title, const char *x)
{
  const CjlCurve *self = all[0];
  const gint64 dims[] = { n, self->accuracy->shape.dims[0], self->accuracy->shape.dims[1] };
  const CjShape shape = cj_shape (3, dims);
  CjTensor *curves = cj_tensor_new (CJ_FLOAT32, &shape);
  const guint seeds = (guint) dims[1];
  g_autofree char *note = g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "%'zu %s samples, %u seed", "%'zu %s samples, %u seeds", seeds),
      self->n, cjl_split_get_title (self->split), seeds);
  g_autofree char *provenance = g_strdup_printf (
      /* Translators: data set, “1,000 test samples, 5 seeds”, step of training */
      _ ("%s, %s, step %llu"), self->dataset->name, note, (unsigned long long) self->step);
  CjvFrame *frame = cjv_frame_new ();

  for (guint i = 0; i < n; i++)
    memcpy ((char *) curves->data + i * cj_tensor_bytes (self->accuracy), all[i]->accuracy->data,
            cj_tensor_bytes (self->accuracy));
  cjv_frame_take_array (frame, "curves", curves);
  cjv_frame_set_array (frame, "x", self->x);
  cjv_frame_set_axis_label (frame, "curves", 2, x);
  cjv_frame_set_axis_label (frame, "curves", 0, _ ("right answers"));
  cjv_frame_set_scalar (frame, "curves-share", 1);
  if (isfinite (self->chance))
    cjv_frame_set_scalar (frame, "chance", self->chance);
  cjv_frame_set_text (frame, "title", title);
  cjv_frame_set_text (frame, "note", note);
  cjv_frame_set_provenance (frame, provenance);
  return frame;
}
