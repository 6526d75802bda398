/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjv-attention.h"

#include "cjv-draw.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>

static int
compare_floats (gconstpointer a, gconstpointer b)
{
  const float x = *(const float *) a, y = *(const float *) b;

  return x < y ? -1 : x > y;
}

#define USUAL 0.8 /* share of the rows whose strongest look is within the colours */

/* Where the colours end: the first tokens of a causal text have few to look at, and all else would be dark
 * beside them. */
static float
find_high (const CjvAttention *a)
{
  const gint64 n = a->heads * a->t;
  g_autofree float *most = g_new0 (float, (gsize) MAX (n, 1));

  for (gint64 i = 0; i < n * a->s; i++)
    if (isfinite (cj_tensor_f32 (a->weights)[i]))
      most[i / a->s] = MAX (most[i / a->s], cj_tensor_f32 (a->weights)[i]);
  qsort (most, (gsize) n, sizeof (float), compare_floats);
  for (gint64 i = (gint64) ((double) (n - 1) * USUAL); i >= 0 && i < n; i++)
    if (most[i] > 0)
      return most[i];
  return 1;
}

gboolean
cjv_attention_init (CjvAttention *a, const CjvFrame *frame)
{
  const CjTensor *weights = cjv_frame_get_array (frame, "weights");
  const guint d = weights->shape.n_dims;

  *a = (CjvAttention){ 0 };
  if (d < 2 || d > 3)
    return FALSE;
  a->heads = d == 3 ? weights->shape.dims[0] : 1;
  a->t = weights->shape.dims[d - 2];
  a->s = weights->shape.dims[d - 1];
  a->weights = cjv_tensor_to_float (weights);
  a->high = find_high (a);
  return TRUE;
}

void
cjv_attention_clear (CjvAttention *a)
{
  g_clear_pointer (&a->weights, cj_tensor_unref);
}

double
cjv_attention_get (const CjvAttention *a, gint64 head, gint64 query, gint64 key)
{
  return cj_tensor_f32 (a->weights)[(head * a->t + query) * a->s + key];
}

char *
cjv_attention_dup_name (const CjvFrame *frame, gint64 head)
{
  const char *name = cjv_frame_get_string (frame, "names", head);

  return name != NULL ? g_strdup (name) : g_strdup_printf (_ ("head %d"), (int) head + 1);
}

gint64
cjv_attention_get_query (const CjvAttention *a, const CjvFrame *frame)
{
  const double query = cjv_frame_get_scalar (frame, "query", -1);

  return query >= 0 && query < (double) a->t ? (gint64) query : -1;
}

/* Where there are no names of what is looked at, those that look are looked at. */
static char *
dup_key (const CjvFrame *frame, gint64 key)
{
  return cjv_class_dup (frame, cjv_frame_get_string (frame, "keys", 0) != NULL ? "keys" : "tokens",
                        key);
}

char *
cjv_attention_print (const CjvAttention *a, const CjvFrame *frame, gint64 head, gint64 query,
                     gint64 key)
{
  g_autofree char *name = cjv_attention_dup_name (frame, head);
  g_autofree char *from = cjv_class_dup (frame, "tokens", query);
  g_autofree char *to = dup_key (frame, key);
  g_autofree char *share = cjv_percent_print (cjv_attention_get (a, head, query, key), 1);

  /* Translators: a head of attention, a token, another, and a share: "head 2: “e” (4) looks at “h” (3),
   * 31.0 %". The numbers are their places. */
  return g_strdup_printf (_ ("%s: “%s” (%d) looks at “%s” (%d), %s"), name, from, (int) query, to,
                          (int) key, share);
}

char *
cjv_attention_print_words (const CjvAttention *a, const CjvFrame *frame)
{
  const char *title = cjv_frame_get_text (frame, "title");
  gint64 sharp = 0, wide = 0, strong = 0;
  double least = INFINITY, most = -INFINITY, top = -INFINITY;
  g_autofree char *sharp_name = NULL, *wide_name = NULL, *look = NULL;

  for (gint64 h = 0; h < a->heads; h++)
    {
      double sum = 0;

      for (gint64 i = 0; i < a->t * a->s; i++)
        {
          const double w = cj_tensor_f32 (a->weights)[h * a->t * a->s + i];

          if (isfinite (w) && w > top)
            {
              top = w;
              strong = h * a->t * a->s + i;
            }
          sum -= w > 0 && isfinite (w) ? w * log (w) : 0;
        }
      if (sum < least)
        {
          least = sum;
          sharp = h;
        }
      if (sum > most)
        {
          most = sum;
          wide = h;
        }
    }
  look
      = cjv_attention_print (a, frame, strong / (a->t * a->s), strong / a->s % a->t, strong % a->s);
  if (a->heads == 1)
    return g_strdup_printf (_ ("%s: %d tokens look at %d. The strongest look is %s."),
                            title != NULL ? title : _ ("Attention"), (int) a->t, (int) a->s, look);
  sharp_name = cjv_attention_dup_name (frame, sharp);
  wide_name = cjv_attention_dup_name (frame, wide);
  return g_strdup_printf (
      _ ("%s: %d heads, %d tokens look at %d. The sharpest is %s, the widest %s. "
         "The strongest look is %s."),
      title != NULL ? title : _ ("Attention"), (int) a->heads, (int) a->t, (int) a->s, sharp_name,
      wide_name, look);
}

void
cjv_attention_print_csv (const CjvAttention *a, const CjvFrame *frame, GString *out)
{
  g_string_append (out, "head,query,key,weight\r\n");
  for (gint64 i = 0; i < a->heads * a->t * a->s; i++)
    {
      g_autofree char *name = cjv_attention_dup_name (frame, i / (a->t * a->s));

      cjv_csv_text (out, name);
      g_string_append_printf (out, ",%d,%d,", (int) (i / a->s % a->t), (int) (i % a->s));
      cjv_csv_number (out, cj_tensor_f32 (a->weights)[i]);
      g_string_append (out, "\r\n");
    }
}
