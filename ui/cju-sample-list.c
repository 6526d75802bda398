/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-sample-list.h"

#include <string.h>

struct _CjuSample
{
  GObject parent;
  gsize index;
};

G_DEFINE_FINAL_TYPE (CjuSample, cju_sample, G_TYPE_OBJECT)

static void
cju_sample_class_init (CjuSampleClass *class)
{
  (void) class;
}

static void
cju_sample_init (CjuSample *self)
{
  (void) self;
}

gsize
cju_sample_get_index (CjuSample *self)
{
  return self->index;
}

struct _CjuSampleList
{
  GObject parent;
  CjdDataset *dataset;
  GArray *samples; /* guint32 */
};

static GType
get_item_type (GListModel *model)
{
  (void) model;
  return CJU_TYPE_SAMPLE;
}

static guint
get_n_items (GListModel *model)
{
  return CJU_SAMPLE_LIST (model)->samples->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  CjuSampleList *self = CJU_SAMPLE_LIST (model);
  CjuSample *sample;

  if (position >= self->samples->len)
    return NULL;
  sample = g_object_new (CJU_TYPE_SAMPLE, NULL);
  sample->index = g_array_index (self->samples, guint32, position);
  return sample;
}

static void
init_model (GListModelInterface *interface)
{
  interface->get_item_type = get_item_type;
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (CjuSampleList, cju_sample_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, init_model))

static void
cju_sample_list_finalize (GObject *object)
{
  CjuSampleList *self = CJU_SAMPLE_LIST (object);

  g_clear_pointer (&self->dataset, cjd_dataset_unref);
  g_array_unref (self->samples);
  G_OBJECT_CLASS (cju_sample_list_parent_class)->finalize (object);
}

static void
cju_sample_list_class_init (CjuSampleListClass *class)
{
  G_OBJECT_CLASS (class)->finalize = cju_sample_list_finalize;
}

static void
cju_sample_list_init (CjuSampleList *self)
{
  self->samples = g_array_new (FALSE, FALSE, sizeof (guint32));
}

CjuSampleList *
cju_sample_list_new (void)
{
  return g_object_new (CJU_TYPE_SAMPLE_LIST, NULL);
}

/* Which classes a search means, one byte each; NULL: it means a number, which comes out. */
static gboolean *
find_classes (const CjdDataset *dataset, const char *text, gsize *number)
{
  /* cppcheck-suppress ctunullpointer ; who has no data does not search */
  gboolean *meant = g_new0 (gboolean, dataset->n_classes + 1);
  g_autofree char *needle = g_utf8_casefold (text, -1);

  for (guint i = 0; i < dataset->n_classes; i++)
    {
      g_autofree char *plain = g_strdup_printf ("%u", i);
      g_autofree char *name
          = g_utf8_casefold (dataset->class_names != NULL ? dataset->class_names[i] : plain, -1);

      meant[i] = g_str_has_prefix (name, needle);
    }
  if (*text != '#')
    return meant;
  *number = (gsize) g_ascii_strtoull (text + 1, NULL, 10);
  g_free (meant);
  return NULL;
}

void
cju_sample_list_fill (CjuSampleList *self, CjdDataset *dataset, const CjuSampleFilter *filter)
{
  g_autoptr (GArray) before = g_steal_pointer (&self->samples);
  const gsize n = dataset != NULL ? cjd_dataset_get_n_samples (dataset) : 0;
  const gboolean search = filter->text != NULL && *filter->text != '\0' && dataset != NULL;
  gsize number = 0;
  g_autofree gboolean *meant = search ? find_classes (dataset, filter->text, &number) : NULL;

  if (dataset != NULL)
    cjd_dataset_ref (dataset);
  g_clear_pointer (&self->dataset, cjd_dataset_unref);
  self->dataset = dataset;
  self->samples = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (gsize i = 0; i < n; i++)
    {
      const gint32 class = cjd_dataset_get_class (dataset, i);
      const guint32 sample = (guint32) i;

      if ((filter->split < 0 || dataset->split[i] == filter->split)
          && (filter->class < 0 || class == filter->class)
          && (!search
              || (meant != NULL ? class >= 0 && (guint) class < dataset->n_classes && meant[class]
                                : i == number)))
        g_array_append_val (self->samples, sample);
    }
  if (before->len != self->samples->len
      || memcmp (before->data, self->samples->data, sizeof (guint32) * before->len) != 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, before->len, self->samples->len);
}

gsize
cju_sample_list_get_sample (CjuSampleList *self, guint position)
{
  return g_array_index (self->samples, guint32, position);
}
