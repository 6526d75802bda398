/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Python as text: names, numbers, lines that are not too long, and pieces that are written in Python. */
#include "cjl-torch-private.h"

#include "torch-pieces.h"

#include <string.h>

char *
cjl_torch_print_number (double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE], format[8];

  for (int digits = 1; digits < 18; digits++)
    {
      g_snprintf (format, sizeof format, "%%.%dg", digits);
      g_ascii_formatd (text, sizeof text, format, value);
      if (g_ascii_strtod (text, NULL) == value
          || (digits >= 7 && (float) g_ascii_strtod (text, NULL) == (float) value))
        break;
    }
  return strpbrk (text, ".en") != NULL ? g_strdup (text) : g_strconcat (text, ".0", NULL);
}

char *
cjl_torch_quote (const char *text)
{
  GString *out = g_string_new ("\"");

  for (const char *c = text; *c != '\0'; c++)
    {
      if (*c == '\n')
        g_string_append (out, "\\n");
      else if (*c == '\t')
        g_string_append (out, "\\t");
      else if ((guchar) *c < 32 || *c == 127)
        g_string_append_printf (out, "\\x%02x", (guint) *c);
      else
        {
          if (*c == '"' || *c == '\\')
            g_string_append_c (out, '\\');
          g_string_append_c (out, *c);
        }
    }
  g_string_append_c (out, '"');
  return g_string_free (out, FALSE);
}

char *
cjl_torch_print_pair (int a, int b)
{
  return a == b ? g_strdup_printf ("%d", a) : g_strdup_printf ("(%d, %d)", a, b);
}

/* Words of Python, of torch.nn.Module and of the module itself that a node may not take. */
static const char *const taken[]
    = { "and",          "as",         "assert", "async",    "await",      "break",
        "class",        "continue",   "def",    "del",      "elif",       "else",
        "except",       "finally",    "for",    "from",     "global",     "if",
        "import",       "in",         "is",     "lambda",   "nonlocal",   "not",
        "or",           "pass",       "raise",  "return",   "try",        "while",
        "with",         "yield",      "apply",  "bfloat16", "buffers",    "children",
        "compile",      "cpu",        "cuda",   "double",   "eval",       "float",
        "forward",      "half",       "ipu",    "modules",  "parameters", "register_buffer",
        "share_memory", "state_dict", "to",     "train",    "training",   "type",
        "xpu",          "x",          "y",      "self",     "torch",      "nn",
        "np",           "math",       "F",      "super",    "None",       "True",
        "False",        "_",          NULL };

char *
cjl_torch_make_name (const char *id)
{
  GString *name = g_string_new (NULL);

  if (g_ascii_isdigit (*id))
    g_string_append_c (name, '_');
  for (const char *c = id; *c != '\0'; c++)
    g_string_append_c (name, g_ascii_isalnum (*c) ? *c : '_');
  if (g_strv_contains (taken, name->str))
    g_string_append_c (name, '_');
  return g_string_free (name, FALSE);
}

/* --- templates --- */

static char *
print_param (const CjParam *param, gconstpointer values)
{
  g_autofree char *text = cj_params_print (param, values);

  switch (param->kind)
    {
    case CJ_PARAM_BOOL:
      return g_strdup (g_str_equal (text, "true") ? "True" : "False");
    case CJ_PARAM_FLOAT:
      return cjl_torch_print_number (g_ascii_strtod (text, NULL));
    case CJ_PARAM_PAIR:
      {
        const int *pair = G_STRUCT_MEMBER_P (values, param->offset);

        return cjl_torch_print_pair (pair[0], pair[1]);
      }
    case CJ_PARAM_INT:
      return g_steal_pointer (&text);
    case CJ_PARAM_CHOICE:
    case CJ_PARAM_TEXT:
    case CJ_PARAM_FORMULA:
      return cjl_torch_quote (text);
    }
  return NULL;
}

/* Names of all that is wired in, with commas. */
static char *
join_inputs (const CjlTorchNode *node)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < cj_node_get_n_in (node->node); i++)
    if (node->lowered->in[i] != CJ_NO_VALUE)
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "",
                              (const char *) g_hash_table_lookup (
                                  node->e->names, GINT_TO_POINTER (node->lowered->in[i])));
  return g_string_free (text, FALSE);
}

static char *
find_word (const CjlTorchNode *node, const char *word)
{
  static const char *const inputs[] = { "x", "y", "z", "w" };
  const char *given = g_hash_table_lookup (node->words, word);
  const CjParam *param;

  if (given != NULL)
    return g_strdup (given);
  for (guint i = 0; i < G_N_ELEMENTS (inputs); i++)
    if (g_str_equal (word, inputs[i]))
      return g_strdup (
          g_hash_table_lookup (node->e->names, GINT_TO_POINTER (node->lowered->in[i])));
  if (g_str_equal (word, "self"))
    return g_strconcat ("self.", node->name, NULL);
  if (g_str_equal (word, "c"))
    return g_strdup_printf ("%lld", (long long) cjl_torch_get_channels (&node->x));
  if (g_str_equal (word, "last"))
    return g_strdup_printf ("%lld", (long long) node->x.dims[node->x.n_dims - 1]);
  if (g_str_equal (word, "inputs"))
    return join_inputs (node);
  param = cj_params_find (node->node->layer->params, word);
  return param != NULL ? print_param (param, node->node->params) : NULL;
}

/* ", stride=2, bias=False": what differs from "stride=1 bias=True". */
static void
put_options (const CjlTorchNode *node, GString *out)
{
  g_auto (GStrv) options = g_strsplit (node->row->options, " ", -1);

  for (guint i = 0; options[i] != NULL; i++)
    {
      char *preset = strchr (options[i], '='), *python = strchr (options[i], ':');
      g_autofree char *value = NULL, *name = NULL;

      *preset++ = '\0';
      if (python != NULL)
        *python++ = '\0';
      value = find_word (node, options[i]);
      name = g_strdelimit (g_strdup (python != NULL ? python : options[i]), "-", '_');
      if (value != NULL && !g_str_equal (value, preset))
        g_string_append_printf (out, ", %s=%s", name, value);
    }
}

char *
cjl_torch_fill (const CjlTorchNode *node, const char *text)
{
  GString *out = g_string_new (NULL);

  while (*text != '\0')
    {
      const char *end = *text == '{' ? strchr (text, '}') : NULL;
      g_autofree char *word = end != NULL ? g_strndup (text + 1, (gsize) (end - text - 1)) : NULL;
      g_autofree char *value = NULL;

      if (word != NULL && g_str_equal (word, "options"))
        put_options (node, out);
      else if (word != NULL && (value = find_word (node, word)) != NULL)
        g_string_append (out, value);
      else
        {
          g_string_append_c (out, *text++);
          continue;
        }
      text = end + 1;
    }
  return g_string_free (out, FALSE);
}

/* --- lines --- */

static void
put_indent (GString *out, guint indent)
{
  for (guint i = 0; i < indent; i++)
    g_string_append_c (out, ' ');
}

/* Columns of a text on one line. */
static glong
count_columns (const char *text)
{
  return g_utf8_strlen (text, -1);
}

/* Behind a quote: where the string of Python ends. */
static const char *
skip_string (const char *at, char quote)
{
  while (*at != '\0' && *at != quote)
    at += *at == '\\' && at[1] != '\0' ? 2 : 1;
  return at;
}

/* The bracket that the one at the end of the code closes, or NULL. */
static const char *
find_bracket (const char *code)
{
  GArray *open = g_array_new (FALSE, FALSE, sizeof (const char *));
  const char *found = NULL, *last = code + strlen (code) - 1;

  for (const char *c = code; *c != '\0'; c++)
    {
      if (*c == '"')
        c = skip_string (c + 1, '"');
      else if (strchr ("([{", *c) != NULL)
        g_array_append_val (open, c);
      else if (strchr (")]}", *c) != NULL && open->len > 0)
        {
          found = c == last ? g_array_index (open, const char *, open->len - 1) : NULL;
          g_array_set_size (open, open->len - 1);
        }
      if (*c == '\0')
        break;
    }
  g_array_unref (open);
  return found;
}

/* Parts between commas outside of brackets and strings. You free. */
static GStrv
split_commas (const char *text)
{
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  const char *begin = text;
  int depth = 0;

  for (const char *c = text;; c++)
    {
      if (*c == '"')
        c = skip_string (c + 1, '"');
      depth += *c != '\0' && strchr ("([{", *c) != NULL;
      depth -= *c != '\0' && strchr (")]}", *c) != NULL;
      if ((*c == ',' && depth == 0) || *c == '\0')
        {
          g_autofree char *part = g_strndup (begin, (gsize) (c - begin));

          if (*g_strstrip (part) != '\0')
            g_strv_builder_add (parts, part);
          begin = c + 1;
        }
      if (*c == '\0')
        return g_strv_builder_end (parts);
    }
}

static void
end_line (GString *out, const char *comment)
{
  if (comment != NULL)
    g_string_append_printf (out, "  # %s", comment);
  g_string_append_c (out, '\n');
}

void
cjl_torch_put_line (GString *out, guint indent, const char *code, const char *comment)
{
  const glong room = CJL_TORCH_WIDTH - (glong) indent;
  const glong behind = comment != NULL ? count_columns (comment) + 4 : 0;
  const char *bracket = find_bracket (code);
  g_autofree char *inside = NULL;

  if (count_columns (code) + behind <= room || bracket == NULL)
    {
      put_indent (out, indent);
      g_string_append (out, code);
      end_line (out, comment);
      return;
    }
  inside = g_strndup (bracket + 1, strlen (bracket) - 2);
  put_indent (out, indent);
  g_string_append_len (out, code, bracket + 1 - code);
  g_string_append_c (out, '\n');
  if (count_columns (inside) <= room - 4)
    {
      put_indent (out, indent + 4);
      g_string_append_printf (out, "%s\n", inside);
    }
  else
    {
      g_auto (GStrv) parts = split_commas (inside);
      const gboolean single = g_strv_length (parts) < 2;

      for (guint i = 0; parts[i] != NULL; i++)
        {
          g_autofree char *part = single ? g_strdup (parts[i]) : g_strconcat (parts[i], ",", NULL);

          cjl_torch_put_line (out, indent + 4, part, NULL);
        }
    }
  put_indent (out, indent);
  g_string_append_c (out, code[strlen (code) - 1]);
  end_line (out, comment);
}

/* --- pieces --- */

typedef struct
{
  const char *const *lines;
  guint begin, end;
  GStrv head; /* its name, then those it needs */
} Piece;

static void
clear_piece (gpointer data)
{
  g_strfreev (((Piece *) data)->head);
}

static GStrv
read_lines (const unsigned char *bytes, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) bytes, size);

  return g_strsplit (text, "\n", -1);
}

/* The pieces of one file; the lines are the caller's. */
static void
find_pieces (GStrv lines, GArray *pieces)
{
  for (guint i = 0; lines[i] != NULL; i++)
    {
      Piece *last = pieces->len > 0 ? &g_array_index (pieces, Piece, pieces->len - 1) : NULL;

      if (g_str_has_prefix (lines[i], "#: "))
        {
          Piece piece
              = { (const char *const *) lines, i + 1, i + 1, g_strsplit (lines[i] + 3, " ", -1) };

          g_array_append_val (pieces, piece);
        }
      else if (last != NULL && last->lines == (const char *const *) lines && *lines[i] != '\0')
        last->end = i + 1;
    }
}

static Piece *
find_piece (GArray *pieces, const char *name)
{
  for (guint i = 0; i < pieces->len; i++)
    if (g_str_equal (g_array_index (pieces, Piece, i).head[0], name))
      return &g_array_index (pieces, Piece, i);
  return NULL;
}

static void
mark (GArray *pieces, const char *name, GHashTable *wanted)
{
  const Piece *piece = find_piece (pieces, name);

  g_return_if_fail (piece != NULL);
  if (!g_hash_table_add (wanted, g_strdup (name)))
    return;
  for (guint i = 1; piece->head[i] != NULL; i++)
    mark (pieces, piece->head[i], wanted);
}

/* Whether the words of a condition hold: all of them. */
static gboolean
holds (const CjlTorchExport *e, const char *condition)
{
  g_auto (GStrv) words = g_strsplit (condition, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (g_hash_table_contains (e->flags, words[i] + (*words[i] == '!')) == (*words[i] == '!'))
      return FALSE;
  return TRUE;
}

/* A line with @WORDS@ in place. */
static void
put_words (const CjlTorchExport *e, GString *out, const char *line)
{
  const char *at;

  while ((at = strchr (line, '@')) != NULL)
    {
      const char *end = strchr (at + 1, '@');
      g_autofree char *word = end != NULL ? g_strndup (at + 1, (gsize) (end - at - 1)) : NULL;
      const char *text = word != NULL ? g_hash_table_lookup (e->words, word) : NULL;

      g_string_append_len (out, line, at - line);
      if (text != NULL)
        g_string_append (out, text);
      else
        g_string_append_c (out, '@');
      line = text != NULL ? end + 1 : at + 1;
    }
  g_string_append (out, line);
}

static void
put_piece (const CjlTorchExport *e, GString *out, const Piece *piece)
{
  g_autoptr (GArray) skips = g_array_new (FALSE, FALSE, sizeof (gboolean));
  gboolean skip = FALSE;

  for (guint i = piece->begin; i < piece->end; i++)
    {
      const char *line = piece->lines[i], *text = line + strspn (line, " ");
      g_autoptr (GString) full = g_string_new (NULL);

      if (g_str_has_prefix (text, "#? "))
        {
          g_array_append_val (skips, skip);
          skip = skip || !holds (e, text + 3);
          continue;
        }
      if (g_str_equal (text, "#."))
        {
          skip = g_array_index (skips, gboolean, skips->len - 1);
          g_array_set_size (skips, skips->len - 1);
          continue;
        }
      if (skip)
        continue;
      put_words (e, full, text);
      if (full->len == 0)
        g_string_append_c (out, '\n');
      else
        cjl_torch_put_line (out, (guint) (text - line), full->str, NULL);
    }
  while (out->len > 1 && g_str_has_suffix (out->str, "\n\n"))
    g_string_truncate (out, out->len - 1);
}

void
cjl_torch_put_pieces (const CjlTorchExport *e, GString *out, const char *names)
{
  g_auto (GStrv) layers = read_lines (cjl_torch_layers, cjl_torch_layers_size);
  g_auto (GStrv) data = read_lines (cjl_torch_data, cjl_torch_data_size);
  g_auto (GStrv) train = read_lines (cjl_torch_train, cjl_torch_train_size);
  g_autoptr (GArray) pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
  g_autoptr (GHashTable) wanted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GStrv) words = g_strsplit (names, " ", -1);

  g_array_set_clear_func (pieces, clear_piece);
  find_pieces (layers, pieces);
  find_pieces (data, pieces);
  find_pieces (train, pieces);
  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0')
      mark (pieces, words[i], wanted);
  for (guint i = 0; i < pieces->len; i++)
    {
      const Piece *piece = &g_array_index (pieces, Piece, i);

      if (!g_hash_table_contains (wanted, piece->head[0]))
        continue;
      g_string_append (out, "\n\n");
      put_piece (e, out, piece);
    }
}
