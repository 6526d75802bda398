/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of text (RFC 4180; commas, semicolons or tabs between the cells). Columns of numbers stay,
 * columns of words become one feature a word, a missing number is the mean of its column. */
#include "cj-error.h"
#include "cjd-reader.h"
#include "file.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MAX_TABLE ((gsize) 256 << 20)
#define MAX_COLUMNS 10000
#define MAX_CELLS 50000000
#define MAX_WORDS 64     /* different ones in a column; more tell rows apart, not kinds */
#define MAX_CLASSES 1024 /* different words to predict */
#define MAX_NUMBERS 20   /* different whole numbers that are classes */

typedef struct
{
  char *name;
  gboolean numeric, whole;
  double mean;        /* of a numeric column's numbers */
  GHashTable *words;  /* word -> number + 1, in the order they come */
  GPtrArray *ordered; /* the words, owned by the hash table */
} Column;

typedef struct
{
  const char *path;
  GPtrArray *cells; /* row by row */
  GArray *lines;    /* guint: line where each row starts */
  guint n_columns;
} Table;

static gboolean
recognise (const char *path)
{
  static const char *const endings[] = { ".csv", ".tsv", ".tab", ".data" };

  g_autofree char *low = g_ascii_strdown (path, -1);

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (low, endings[i]) && g_file_test (path, G_FILE_TEST_IS_REGULAR))
      return TRUE;
  return FALSE;
}

static gboolean
refuse (GError **error, const Table *table, guint line, const char *why)
{
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("%s, line %u: %s"), table->path, line, why);
  return FALSE;
}

/* The one of tab, semicolon and comma that comes most often in the first line, outside quotes. */
static char
find_separator (const char *text)
{
  static const char candidates[] = ",;\t";
  char best = ',';
  guint most = 0;

  for (const char *c = candidates; *c != '\0'; c++)
    {
      gboolean quoted = FALSE;
      guint count = 0;

      for (const char *p = text; *p != '\0' && (quoted || (*p != '\n' && *p != '\r')); p++)
        {
          quoted ^= *p == '"';
          count += *p == *c && !quoted;
        }
      if (count > most)
        {
          most = count;
          best = *c;
        }
    }
  return best;
}

/* One cell from *at on, unpacked and stripped in its place; *at moves behind what ended it, which is
 * left in *ended. NULL for an open quote. */
static char *
read_cell (char **at, char separator, guint *line, char *ended)
{
  char *p = *at, *cell, *to;

  while (*p == ' ' || (*p == '\t' && separator != '\t'))
    p++;
  cell = to = p;
  if (*p == '"')
    {
      for (p++; *p != '\0' && (*p != '"' || p[1] == '"'); p++)
        {
          *line += *p == '\n';
          *to++ = *p;
          p += *p == '"';
        }
      if (*p++ != '"')
        return NULL;
    }
  while (*p != '\0' && *p != separator && *p != '\n' && *p != '\r')
    *to++ = *p++;
  *ended = *p;
  *at = *p != '\0' ? p + 1 : p;
  *to = '\0';
  return g_strchomp (cell);
}

static gboolean
end_row (Table *table, guint n, guint line, GError **error)
{
  g_autofree char *why = NULL;

  if (table->n_columns == 0)
    table->n_columns = n;
  if (n == table->n_columns)
    {
      g_array_append_val (table->lines, line);
      return TRUE;
    }
  why = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "There is %u cell; the lines above have %u.",
                                      "There are %u cells; the lines above have %u.", n),
                         n, table->n_columns);
  return refuse (error, table, line, why);
}

static gboolean
read_rows (Table *table, char *text, GError **error)
{
  const char separator = find_separator (text);
  guint line = 1;

  for (char *at = text; *at != '\0';)
    {
      const guint start = line;
      char ended = separator;
      guint n = 0;

      if (*at == '\n' || *at == '\r')
        {
          line += *at++ == '\n';
          continue;
        }
      for (; ended == separator; n++)
        {
          char *cell = read_cell (&at, separator, &line, &ended);

          if (cell == NULL)
            return refuse (error, table, start, _ ("A quotation mark opens and never closes."));
          if (n == MAX_COLUMNS || table->cells->len == MAX_CELLS)
            return refuse (error, table, start,
                           _ ("There are more than 10000 columns or 50 million cells."));
          g_ptr_array_add (table->cells, cell);
        }
      line += ended == '\n';
      if (!end_row (table, n, start, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_missing (const char *cell)
{
  static const char *const words[] = { "", "?", "NA", "N/A", "NaN", "nan", "null" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (cell, words[i]))
      return TRUE;
  return FALSE;
}

static gboolean
parse (const char *cell, double *value)
{
  char *end;

  *value = g_ascii_strtod (cell, &end);
  return end != cell && *end == '\0' && isfinite (*value) && fabs (*value) < 1e30;
}

static const char *
get_cell (const Table *table, guint row, guint column)
{
  return table->cells->pdata[(gsize) row * table->n_columns + column];
}

/* A first line of words, none of them a number, over at least one column of numbers, or over columns
 * where its words never come again, is a heading. */
static gboolean
has_heading (const Table *table)
{
  double value;

  for (guint c = 0; c < table->n_columns; c++)
    if (parse (get_cell (table, 0, c), &value))
      return FALSE;
  for (guint c = 0; c < table->n_columns; c++)
    for (guint r = 1; r < table->lines->len; r++)
      if (g_str_equal (get_cell (table, 0, c), get_cell (table, r, c)))
        return FALSE;
  return table->lines->len > 1;
}

static void
infer (const Table *table, guint first, guint c, Column *column)
{
  double sum = 0, count = 0, value;

  column->numeric = column->whole = TRUE;
  column->words = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  column->ordered = g_ptr_array_new ();
  for (guint r = first; r < table->lines->len; r++)
    {
      const char *cell = get_cell (table, r, c);

      if (is_missing (cell))
        continue;
      if (parse (cell, &value))
        {
          sum += value;
          count++;
          column->whole = column->whole && value == floor (value) && fabs (value) < 1e9;
        }
      else
        column->numeric = FALSE;
      if (column->ordered->len <= MAX_CLASSES && !g_hash_table_contains (column->words, cell))
        {
          char *word = g_strdup (cell);

          g_hash_table_insert (column->words, word, GUINT_TO_POINTER (column->ordered->len + 1));
          g_ptr_array_add (column->ordered, word);
        }
    }
  column->numeric = column->numeric && count > 0;
  column->mean = sum / MAX (count, 1);
}

static void
clear_column (gpointer data)
{
  Column *column = data;

  g_free (column->name);
  g_clear_pointer (&column->words, g_hash_table_unref);
  g_clear_pointer (&column->ordered, g_ptr_array_unref);
}

/* How many features a column makes. */
static guint
get_width (const Column *column)
{
  if (column->numeric)
    return 1;
  return column->ordered->len > MAX_WORDS ? 0 : column->ordered->len;
}

static gboolean
find_label (const Table *table, const GArray *columns, const char *chosen, guint *label,
            GError **error)
{
  static const char *const usual[] = { "class", "label", "target", "y", "species", "diagnosis" };
  char *end;
  const guint64 number = g_ascii_strtoull (chosen, &end, 10);
  g_autofree char *why = NULL;

  for (guint c = 0; c < columns->len; c++)
    if (*chosen != '\0'
        && g_ascii_strcasecmp (g_array_index (columns, Column, c).name, chosen) == 0)
      {
        *label = c;
        return TRUE;
      }
  if (*end == '\0' && number >= 1 && number <= columns->len)
    {
      *label = (guint) number - 1;
      return TRUE;
    }
  if (*chosen != '\0')
    {
      why = g_strdup_printf (
          g_dngettext (GETTEXT_PACKAGE, "There is no column “%s” to predict; there is %u column.",
                       "There is no column “%s” to predict; there are %u columns.", columns->len),
          chosen, columns->len);
      return refuse (error, table, 1, why);
    }
  *label = columns->len - 1;
  for (guint i = G_N_ELEMENTS (usual); i-- > 0;)
    for (guint c = 0; c < columns->len; c++)
      if (g_ascii_strcasecmp (g_array_index (columns, Column, c).name, usual[i]) == 0)
        *label = c;
  return TRUE;
}

static void
fill_features (const Table *table, guint first, const GArray *columns, guint label, CjTensor *x)
{
  const guint width = (guint) x->shape.dims[1];

  for (guint r = first; r < table->lines->len; r++)
    {
      float *to = cj_tensor_f32 (x) + (gsize) (r - first) * width;

      for (guint c = 0; c < columns->len; c++)
        {
          const Column *column = &g_array_index (columns, Column, c);
          const char *cell = get_cell (table, r, c);
          double value;

          if (c == label)
            continue;
          if (column->numeric)
            *to = (float) (is_missing (cell) || !parse (cell, &value) ? column->mean : value);
          else if (get_width (column) > 0 && !is_missing (cell))
            to[GPOINTER_TO_UINT (g_hash_table_lookup (column->words, cell)) - 1] = 1;
          to += get_width (column);
        }
    }
}

/* What the numbers are called: a column of numbers by its name, one of words by name and word. */
static GStrv
name_features (const GArray *columns, guint label, gint64 width)
{
  GStrv names = g_new0 (char *, (gsize) width + 1);
  gsize at = 0;

  for (guint c = 0; c < columns->len; c++)
    {
      const Column *column = &g_array_index (columns, Column, c);
      GHashTableIter iter;
      gpointer word, number;

      if (c == label || get_width (column) == 0)
        continue;
      if (column->numeric)
        names[at] = g_strdup (column->name);
      else
        {
          g_hash_table_iter_init (&iter, column->words);
          while (g_hash_table_iter_next (&iter, &word, &number))
            names[at + GPOINTER_TO_UINT (number) - 1]
                = g_strdup_printf ("%s: %s", column->name, (const char *) word);
        }
      at += get_width (column);
    }
  return names;
}

static gint
compare_words (gconstpointer a, gconstpointer b)
{
  const char *one = *(const char *const *) a, *two = *(const char *const *) b;
  double x, y;

  if (parse (one, &x) && parse (two, &y))
    return x < y ? -1 : x > y;
  return strcmp (one, two);
}

/* Class numbers in the order of the words, or values. NULL if a row has no target. */
static CjTensor *
fill_targets (const Table *table, guint first, const Column *column, guint label, GStrv *names,
              GError **error)
{
  const guint n = table->lines->len - first;
  const gboolean classes
      = !column->numeric || (column->whole && column->ordered->len <= MAX_NUMBERS);
  const CjShape shape = classes ? cj_shape1 (n) : cj_shape2 (n, 1);
  g_autoptr (CjTensor) y = cj_tensor_new (classes ? CJ_INT32 : CJ_FLOAT32, &shape);
  g_autoptr (GHashTable) numbers = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) sorted = g_ptr_array_copy (column->ordered, NULL, NULL);
  double value;

  g_ptr_array_sort (sorted, compare_words);
  if (classes)
    *names = g_new0 (char *, sorted->len + 1);
  for (guint i = 0; i < sorted->len && classes; i++)
    {
      (*names)[i] = g_strdup (sorted->pdata[i]);
      g_hash_table_insert (numbers, sorted->pdata[i], GUINT_TO_POINTER (i));
    }
  for (guint r = first; r < table->lines->len; r++)
    {
      const char *cell = get_cell (table, r, label);

      if (is_missing (cell))
        {
          refuse (error, table, g_array_index (table->lines, guint, r),
                  _ ("The cell to predict is empty. Fill it or leave the line out."));
          return NULL;
        }
      if (classes)
        cj_tensor_i32 (y)[r - first] = GPOINTER_TO_INT (g_hash_table_lookup (numbers, cell));
      else
        cj_tensor_f32 (y)[r - first] = (float) (parse (cell, &value) ? value : 0);
    }
  return g_steal_pointer (&y);
}

static gboolean
check_size (const Table *table, const Column *label, const CjShape *shape, GError **error)
{
  gsize bytes;

  if (shape->dims[1] == 0)
    return refuse (error, table, 1, _ ("There is no column to predict from."));
  if (!cj_shape_bytes (shape, CJ_FLOAT32, &bytes) || bytes > CJD_READ_MAX_BYTES)
    return refuse (error, table, 1, _ ("With one feature a word the table takes more than 2 GiB."));
  if (!label->numeric && label->ordered->len > MAX_CLASSES)
    return refuse (
        error, table, 1,
        _ ("The column to predict has more than 1024 different words. Choose another one."));
  return TRUE;
}

static CjdDataset *
build (const Table *table, const CjdReadOptions *options, GArray *columns, GError **error)
{
  const gboolean heading = has_heading (table);
  const guint first = heading ? 1 : 0;
  g_autofree char *name = g_path_get_basename (table->path);
  g_autoptr (GString) left_out = g_string_new (NULL);
  g_auto (GStrv) classes = NULL;
  CjdDataset *dataset;
  guint label = 0;
  gint64 width = 0;
  CjShape shape;
  CjTensor *x, *y;

  for (guint c = 0; c < table->n_columns; c++)
    {
      Column *column = &g_array_index (columns, Column, c);

      column->name = heading ? g_strdup (get_cell (table, 0, c)) : g_strdup_printf ("%u", c + 1);
      infer (table, first, c, column);
    }
  if (!find_label (table, columns, options->label, &label, error))
    return NULL;
  for (guint c = 0; c < columns->len; c++)
    {
      const Column *column = &g_array_index (columns, Column, c);

      if (c != label)
        width += get_width (column);
      if (c != label && get_width (column) == 0)
        g_string_append_printf (left_out, "%s“%s”", left_out->len > 0 ? ", " : "", column->name);
    }
  shape = cj_shape2 (table->lines->len - first, width);
  if (!check_size (table, &g_array_index (columns, Column, label), &shape, error))
    return NULL;
  y = fill_targets (table, first, &g_array_index (columns, Column, label), label, &classes, error);
  if (y == NULL)
    return NULL;
  x = cj_tensor_new (CJ_FLOAT32, &shape);
  fill_features (table, first, columns, label, x);
  dataset = cjd_dataset_new (name, x, y, classes != NULL ? g_strv_length (classes) : 0,
                             (const char *const *) classes);
  dataset->feature_names = heading ? name_features (columns, label, width) : NULL;
  cjd_dataset_take_note (dataset, g_strdup_printf (_ ("Column “%s” is to be predicted."),
                                                   g_array_index (columns, Column, label).name));
  if (left_out->len > 0)
    cjd_dataset_take_note (
        dataset,
        g_strdup_printf (_ ("Left out, for too many different words: %s."), left_out->str));
  return dataset;
}

/* The text of the file, with its end marked; refused if it is none. */
static char *
read_text (const Table *table, GError **error)
{
  g_autoptr (GBytes) bytes = cjd_file_read (table->path, MAX_TABLE, error);
  const char *start, *end;
  guint line = 1;
  gsize size;

  if (bytes == NULL)
    return NULL;
  start = g_bytes_get_data (bytes, &size);
  if (size == 0)
    {
      refuse (error, table, 1, _ ("The file is empty."));
      return NULL;
    }
  if (g_utf8_validate (start, (gssize) size, &end))
    return g_strndup (start, size);
  for (const char *p = start; p < end; p++)
    line += *p == '\n';
  refuse (error, table, line,
          *end == '\0' ? _ ("There is a NUL byte, which no table has. The file is no text.")
                       : _ ("This is not UTF-8 text. Save the table as UTF-8."));
  return NULL;
}

static CjdDataset *
load (const char *path, const CjdReadOptions *options, GError **error)
{
  Table table = { .path = path };
  g_autofree char *text = read_text (&table, error); /* the cells lie in it */
  CjdDataset *dataset = NULL;

  if (text == NULL)
    return NULL;
  table.cells = g_ptr_array_new ();
  table.lines = g_array_new (FALSE, FALSE, sizeof (guint));
  if (read_rows (&table, text + (g_str_has_prefix (text, "\xef\xbb\xbf") ? 3 : 0), error))
    {
      g_autoptr (GArray) columns = g_array_new (FALSE, TRUE, sizeof (Column));

      g_array_set_clear_func (columns, clear_column);
      g_array_set_size (columns, table.n_columns);
      if (table.lines->len < 3 || table.n_columns < 2)
        refuse (error, &table, 1, _ ("A table has at least two columns and three lines."));
      else
        dataset = build (&table, options, columns, error);
    }
  g_ptr_array_unref (table.cells);
  g_array_unref (table.lines);
  return dataset;
}

const CjdReaderInfo cjd_reader_table = {
  .id = "table",
  .title = "Table",
  .blurb = "Rows of numbers and words in a .csv, .tsv, .tab or .data file, one column to predict",
  .recognise = recognise,
  .load = load,
};
