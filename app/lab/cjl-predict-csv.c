/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Predictions as CSV, quoted as RFC 4180 says, with the line ends of Unix. */
#include "cjl-predict.h"

#include "file.h"

#include <string.h>

static void
add_text (GString *line, const char *text)
{
  if (strpbrk (text, ",\"\r\n") == NULL)
    {
      g_string_append (line, text);
      return;
    }
  g_string_append_c (line, '"');
  for (; *text != '\0'; text++)
    {
      if (*text == '"')
        g_string_append_c (line, '"');
      g_string_append_c (line, *text);
    }
  g_string_append_c (line, '"');
}

static void
add_number (GString *line, float value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_c (line, ',');
  g_string_append (line, g_ascii_formatd (text, sizeof text, "%.6g", (double) value));
}

/* How many classes are listed by rank; 0: all by name. */
static guint
get_top (const CjlPredictor *predictor, guint top)
{
  return cjl_predictor_has_classes (predictor) ? MIN (top, cjl_predictor_get_n (predictor)) : 0;
}

char *
cjl_predict_print_header (const CjlPredictor *predictor, guint top)
{
  GString *line = g_string_new ("file");

  if (cjl_predictor_has_classes (predictor))
    g_string_append (line, ",prediction,probability");
  top = get_top (predictor, top);
  for (guint i = 2; i <= top; i++)
    g_string_append_printf (line, ",prediction %u,probability %u", i, i);
  for (guint k = 0; top == 0 && k < cjl_predictor_get_n (predictor); k++)
    {
      g_string_append_c (line, ',');
      add_text (line, cjl_predictor_get_name (predictor, k));
    }
  g_string_append (line, "\n");
  return g_string_free (line, FALSE);
}

char *
cjl_predict_print_row (const CjlPredictor *predictor, guint top, const CjlPrediction *p)
{
  GString *line;

  if (p->scores == NULL)
    return NULL;
  top = get_top (predictor, top);
  line = g_string_new (NULL);
  add_text (line, p->file);
  for (guint i = 0; p->order != NULL && i < MAX (top, 1); i++)
    {
      g_string_append_c (line, ',');
      add_text (line, cjl_predictor_get_name (predictor, p->order[i]));
      add_number (line, p->scores[p->order[i]]);
    }
  for (guint k = 0; top == 0 && k < cjl_predictor_get_n (predictor); k++)
    add_number (line, p->scores[k]);
  g_string_append (line, "\n");
  return g_string_free (line, FALSE);
}

typedef struct
{
  const CjlPredictor *predictor;
  GString *text;
  guint top;
  CjlPredictFunc func;
  gpointer data;
} Table;

static void
add_row (const CjlPrediction *prediction, gpointer data)
{
  Table *table = data;
  g_autofree char *row = cjl_predict_print_row (table->predictor, table->top, prediction);

  if (row != NULL)
    g_string_append (table->text, row);
  if (table->func != NULL)
    table->func (prediction, table->data);
}

gboolean
cjl_predict_save (CjlPredictor *predictor, const char *const *paths, guint top, const char *output,
                  CjlJob *job, CjlPredictFunc func, gpointer data, CjlPredictCount *count,
                  GError **error)
{
  g_autofree char *header = cjl_predict_print_header (predictor, top);
  g_autoptr (GString) text = g_string_new (header);
  Table table = { predictor, text, top, func, data };

  return cjl_predict (predictor, paths, job, add_row, &table, count)
         && cjd_file_write (output, text->str, text->len, error);
}
