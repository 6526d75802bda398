/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-own.h"

#include "picture.h"

#include <glib/gi18n-lib.h>
#include <string.h>

gboolean
cju_own_is_possible (CjuDocument *document)
{
  const CjdDataset *dataset = cju_document_get_dataset (document);
  const CjShape shape = dataset != NULL ? cjd_dataset_get_x_shape (dataset) : cj_shape1 (0);

  return dataset != NULL && shape.n_dims == 3 && dataset->x_dtype != CJ_INT32
         && (shape.dims[0] == 1 || shape.dims[0] == 3);
}

static CjTensor *
new_sample (CjuDocument *document)
{
  const CjShape shape = cjd_dataset_get_x_shape (cju_document_get_dataset (document));
  const CjShape one = cj_shape_batched (&shape, 1);

  return cj_tensor_new (CJ_FLOAT32, &one);
}

static void
take (CjuDocument *document, const CjdPicture *picture, const char *name)
{
  CjTensor *x = new_sample (document);
  const gint64 *d = x->shape.dims, size = cj_shape_size (&x->shape);
  g_autofree guint8 *bytes = g_malloc ((gsize) size + 1);

  cjd_picture_fit (picture, (guint) d[1], (guint) d[2], (guint) d[3], bytes);
  for (gint64 i = 0; i < size; i++)
    cj_tensor_f32 (x)[i] = bytes[i] / 255.0f;
  cju_document_take_own (document, x, name);
}

static gboolean
refuse (CjuDocument *document)
{
  cju_document_notice (document,
                       cju_document_get_dataset (document) == NULL
                           ? _ ("The data are still loading.")
                           : _ ("These data are no pictures, so a picture cannot stand in for one. "
                                "Choose data of pictures first."),
                       FALSE);
  return FALSE;
}

gboolean
cju_own_take_file (CjuDocument *document, const char *path)
{
  g_autofree char *name = g_filename_display_basename (path);
  g_autoptr (GError) error = NULL;
  CjdPicture picture;

  if (!cju_own_is_possible (document))
    return refuse (document);
  if (!cjd_picture_load (path, TRUE, &picture, &error))
    {
      cju_document_notice (document, error->message, FALSE);
      return FALSE;
    }
  take (document, &picture, name);
  cjd_picture_clear (&picture);
  return TRUE;
}

/* Cairo's pixels have their alpha multiplied in, in the order of the machine. */
static void
unpack (const guint32 *from, gsize n, guint8 *to)
{
  for (gsize i = 0; i < n; i++)
    {
      const guint32 alpha = from[i] >> 24;

      for (guint c = 0; c < 3; c++)
        {
          const guint32 value = from[i] >> (16 - 8 * c) & 0xff;

          to[4 * i + c] = (guint8) (alpha > 0 ? MIN (value * 255 / alpha, 255) : 0);
        }
      to[4 * i + 3] = (guint8) alpha;
    }
}

gboolean
cju_own_take_texture (CjuDocument *document, GdkTexture *texture, const char *name)
{
  const int width = gdk_texture_get_width (texture), height = gdk_texture_get_height (texture);
  const gsize n = (gsize) width * (gsize) height;
  g_autofree guint32 *pixels = NULL;
  g_autofree guint8 *rgba = NULL;

  if (!cju_own_is_possible (document))
    return refuse (document);
  if (width > CJD_PICTURE_MAX_SIDE || height > CJD_PICTURE_MAX_SIDE || n > CJD_PICTURE_MAX_PIXELS)
    {
      cju_document_notice (document, _ ("This picture is too large. Scale it down first."), FALSE);
      return FALSE;
    }
  pixels = g_new (guint32, n);
  rgba = g_new (guint8, 4 * n);
  gdk_texture_download (texture, (guchar *) pixels, 4 * (gsize) width);
  unpack (pixels, n, rgba);
  take (document,
        &(CjdPicture){
            .width = (guint) width, .height = (guint) height, .colour = TRUE, .rgba = rgba },
        name);
  return TRUE;
}

void
cju_own_take_ink (CjuDocument *document, const float *grey, const char *name)
{
  const CjdDataset *dataset = cju_document_get_dataset (document);
  CjTensor *x = new_sample (document);
  const gint64 c = x->shape.dims[1], plane = x->shape.dims[2] * x->shape.dims[3];
  float light = 0;

  for (gint64 k = 0; k < c; k++)
    light += dataset->base != NULL ? dataset->base->mean[k] / (float) c : 0;
  for (gint64 i = 0; i < c * plane; i++)
    cj_tensor_f32 (x)[i] = light > 0.5f ? 1 - grey[i % plane] : grey[i % plane];
  cju_document_take_own (document, x, name);
}

void
cju_own_invert (CjuDocument *document)
{
  const CjTensor *own = cju_document_get_own (document);
  g_autofree char *name = g_strdup (cju_document_get_own_name (document));
  CjTensor *x;

  if (own == NULL)
    return;
  x = cj_tensor_new (CJ_FLOAT32, &own->shape);
  for (gint64 i = 0; i < cj_shape_size (&own->shape); i++)
    cj_tensor_f32 (x)[i] = 1 - cj_tensor_f32 (own)[i];
  cju_document_take_own (document, x, name);
}
