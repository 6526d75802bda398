/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two texts of a network in C. */
#include "cjl-c-private.h"

#include "cj-runner.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define A_LINE 96 /* columns of tables of numbers */

/* Names that C, its library or the function itself has. */
static const char *const taken[] = {
  "auto",   "break",    "case",     "char",     "const", "continue", "default", "do",     "double",
  "else",   "enum",     "extern",   "float",    "for",   "goto",     "if",      "inline", "int",
  "long",   "register", "restrict", "return",   "short", "signed",   "sizeof",  "static", "struct",
  "switch", "typedef",  "union",    "unsigned", "void",  "volatile", "while",   "input",  "output",
  "arena",  "room",     "shape",    "more",     "main",  "abs",      "exp",     "log",    "sin",
  "cos",    "tan",      "sqrt",     "pow",      "floor", "ceil",     "round",   "gamma",  "y0",
  "y1",     "yn",       "j0",       "j1",       "jn",    "erf",      "NULL",    NULL,
};

/* What of the mathematics a kernel calls. */
static const char *const maths[]
    = { "expf", "logf",  "log1pf", "expm1f", "tanhf", "erff",    "sqrtf",
        "powf", "fabsf", "rintf",  "sinf",   "cosf",  "INFINITY" };

/* "conv1.weight" as a word of C. You free. */
static char *
make_word (const char *text)
{
  GString *word = g_string_new (g_ascii_isalpha (*text) ? NULL : "n");

  for (; *text != '\0'; text++)
    g_string_append_c (word, g_ascii_isalnum (*text) ? *text : '_');
  return g_string_free (word, FALSE);
}

/* A word that nothing else has. You free. */
static char *
find_name (GHashTable *names, const char *title)
{
  g_autofree char *word = make_word (title);
  char *name = g_strdup (word);

  for (guint i = 2; cjl_c_text_has (name) || g_strv_contains (taken, name)
                    || g_hash_table_contains (names, name);
       i++)
    {
      g_free (name);
      name = g_strdup_printf ("%s_%u", word, i);
    }
  g_hash_table_add (names, g_strdup (name));
  return name;
}

static void
name_buffers (const CjlC *c)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < c->buffers->len; i++)
    {
      CjlCBuffer *b = cjl_c_buffer (c, (int) i);

      g_clear_pointer (&b->name, g_free);
      if (b->first >= 0 && (b->group == (int) i || b->place != CJL_C_ROOM))
        b->name = b->place == CJL_C_INPUT    ? g_strdup ("input")
                  : b->place == CJL_C_OUTPUT ? g_strdup ("output")
                                             : find_name (names, b->title);
    }
}

/* What lies in one place has one name. */
static const char *
get_name (const CjlC *c, int buffer)
{
  if (buffer == CJL_C_NONE)
    return "NULL";
  while (cjl_c_buffer (c, buffer)->name == NULL)
    buffer = cjl_c_buffer (c, buffer)->group;
  return cjl_c_buffer (c, buffer)->name;
}

static const char *
get_type (const CjlCBuffer *b)
{
  return b->type == CJL_C_FLOAT ? "float" : b->type == CJL_C_INT8 ? "int8_t" : "int32_t";
}

/* --- comments --- */

/* Text that cannot end a comment, on one line. */
static void
append_safe (GString *to, const char *text)
{
  for (; *text != '\0'; text++)
    g_string_append_c (to, g_ascii_iscntrl (*text)          ? ' '
                           : *text == '*' && text[1] == '/' ? '.'
                                                            : *text);
}

static void append_line (GString *to, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
append_line (GString *to, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_string_append (to, " * ");
  append_safe (to, text);
  g_string_append_c (to, '\n');
}

/* "1.3 kB" as people who count kilobytes of flash do. You free. */
static char *
print_bytes (gint64 bytes)
{
  return bytes < 1024 ? g_strdup_printf ("%d bytes", (int) bytes)
                      : g_strdup_printf ("%.1f KiB", (double) bytes / 1024);
}

static void
append_accuracy (GString *to, const CjlC *c)
{
  const CjlCFacts *f = &c->facts;
  g_autofree char *size = print_bytes (f->flash_float);
  g_autofree char *left = c->left->len > 1 ? g_strjoinv (", ", (char **) c->left->pdata) : NULL;

  if (!c->int8)
    return;
  if (f->n_samples > 0)
    append_line (to, "Accuracy on %u %s samples: %.2f %% in int8, %.2f %% in floats.", f->n_samples,
                 f->is_test ? "test" : "validation", 100 * f->accuracy, 100 * f->accuracy_float);
  append_line (to, "In floats its numbers are %s.", size);
  if (left != NULL)
    append_line (to, "These operations stay in floats: %s.", left);
}

static void
append_history (GString *to, const CjlC *c)
{
  g_autoptr (GArray) epochs = cjl_project_read_history (c->project);
  const CjRunEpoch *last
      = epochs->len > 0 ? &g_array_index (epochs, CjRunEpoch, epochs->len - 1) : NULL;

  if (last != NULL && c->classes && last->val.accuracy >= 0)
    append_line (to, "Accuracy on validation samples after epoch %u: %.2f %%.", last->epoch,
                 100 * (double) last->val.accuracy);
}

static char *
print_shape (const CjShape *shape)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < shape->n_dims; i++)
    g_string_append_printf (text, "%s%d", i > 0 ? " x " : "", (int) shape->dims[i]);
  return g_string_free (text, FALSE);
}

static void
append_facts (GString *to, const CjlC *c)
{
  const CjlCFacts *f = &c->facts;
  g_autofree char *flash = print_bytes (f->flash), *ram = print_bytes (f->arena);
  g_autofree char *shape = print_shape (&c->intake.shape);
  const gboolean words = cjl_c_buffer (c, c->input)->type == CJL_C_INT32;

  g_string_append (to, "/* ");
  append_safe (to, c->project->title);
  g_string_append_printf (to, ": a neural network in %s.\n *\n", c->int8 ? "int8" : "floats");
  append_line (to, "In: %s %s%s. Out: %d %s.", shape, words ? "words" : "numbers",
               c->intake.dtype == CJ_UINT8 ? " from 0 (dark) to 1" : "", (int) cjl_c_get_n_out (c),
               c->classes ? "probabilities of classes" : "values");
  append_line (to, "Numbers: %s of flash. Arena: %s of RAM. Multiply-adds: %" G_GINT64_FORMAT ".",
               flash, ram, f->macs);
  append_line (to, "Learned from: %s.", c->project->data.source);
  append_history (to, c);
  append_accuracy (to, c);
  append_line (to, "Written by Cajal %s.", CAJAL_VERSION);
}

/* --- the header --- */

static void
append_dims (GString *to, const CjlC *c, const char *upper)
{
  static const char *const pictures[] = { "CHANNELS", "HEIGHT", "WIDTH" };
  const CjShape *shape = &c->intake.shape;

  for (guint i = 0; i < shape->n_dims && shape->n_dims == 3; i++)
    g_string_append_printf (to, "#define %s_%s %d\n", upper, pictures[i], (int) shape->dims[i]);
}

static guint
count_names (const CjlC *c, GVariant **names)
{
  *names = g_variant_lookup_value (c->intake.learned, "classes", G_VARIANT_TYPE ("av"));
  return *names != NULL && c->classes
                 && g_variant_n_children (*names) == (gsize) cjl_c_get_n_out (c)
             ? (guint) g_variant_n_children (*names)
             : 0;
}

char *
cjl_c_print_header (const CjlC *c, const char *base)
{
  g_autofree char *word = make_word (base), *upper = g_ascii_strup (word, -1);
  const gboolean words = cjl_c_buffer (c, c->input)->type == CJL_C_INT32;
  g_autoptr (GVariant) names = NULL;
  GString *to = g_string_new (NULL);

  append_facts (to, c);
  g_string_append_printf (to, " */\n#ifndef %s_H\n#define %s_H\n\n", upper, upper);
  if (words)
    g_string_append (to, "#include <stdint.h>\n\n");
  g_string_append (to, "#ifdef __cplusplus\nextern \"C\"\n{\n#endif\n\n");
  g_string_append_printf (to, "#define %s_INPUT_SIZE %d\n", upper, (int) cjl_c_get_n_in (c));
  append_dims (to, c, upper);
  g_string_append_printf (to, "#define %s_OUTPUT_SIZE %d\n", upper, (int) cjl_c_get_n_out (c));
  g_string_append_printf (to, "#define %s_ARENA_BYTES %d\n\n", upper, (int) MAX (c->arena, 4));
  if (count_names (c, &names) > 0)
    g_string_append_printf (to,
                            "/* What each number of the output is the probability of. */\n"
                            "extern const char *const %s_classes[%s_OUTPUT_SIZE];\n\n",
                            word, upper);
  g_string_append_printf (
      to,
      "/* Answers one sample of %s_INPUT_SIZE numbers, channel by channel and row by row, with\n"
      " * %s_OUTPUT_SIZE numbers. The arena is room of %s_ARENA_BYTES bytes, aligned as a float "
      "is; what\n"
      " * it holds before does not matter, and nothing is kept in it. Calls with arenas of their "
      "own may run\n"
      " * at the same time. */\nvoid %s_run (const %s *input, float *output, void *arena);\n\n",
      upper, upper, upper, word, words ? "int32_t" : "float");
  g_string_append (to, "#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
  return g_string_free (to, FALSE);
}

/* --- the source --- */

static void
append_number (GString *to, const CjlCBuffer *b, gint64 i)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (b->type == CJL_C_INT8)
    g_string_append_printf (to, "%d", ((const gint8 *) b->data)[i]);
  else if (b->type == CJL_C_INT32)
    g_string_append_printf (to, "%d", ((const gint32 *) b->data)[i]);
  else
    {
      g_ascii_formatd (text, sizeof text, "%.9g", (double) ((const float *) b->data)[i]);
      g_string_append_printf (to, "%s%sf", text, strpbrk (text, ".e") == NULL ? ".0" : "");
    }
}

static void
append_table (GString *to, const CjlCBuffer *b)
{
  gsize line;

  g_string_append_printf (to, "static const %s %s[%" G_GINT64_FORMAT "] = {\n ", get_type (b),
                          b->name, b->n);
  line = to->len;
  for (gint64 i = 0; i < b->n; i++)
    {
      if (to->len - line > A_LINE - 16)
        {
          g_string_append (to, "\n ");
          line = to->len;
        }
      g_string_append_c (to, ' ');
      append_number (to, b, i);
      g_string_append_c (to, ',');
    }
  g_string_append (to, "\n};\n\n");
}

/* The text of the kernels that are called. You free. */
static char *
print_kernels (const CjlC *c)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint k = 0; k < c->calls->len; k++)
    g_ptr_array_add (names, (gpointer) g_array_index (c->calls, CjlCCall, k).kernel->name);
  g_ptr_array_add (names, NULL);
  return cjl_c_text_print ((const char *const *) names->pdata);
}

static void
append_includes (GString *to, const char *base, const char *kernels)
{
  gboolean needs = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (maths); i++)
    needs |= strstr (kernels, maths[i]) != NULL;
  g_string_append_printf (to, "#include \"%s.h\"\n\n", base);
  if (needs)
    g_string_append (to, "#include <math.h>\n");
  g_string_append (to, "#include <stddef.h>\n#include <stdint.h>\n\n");
}

static void
append_classes (GString *to, const CjlC *c, const char *word)
{
  g_autoptr (GVariant) names = NULL;
  const guint n = count_names (c, &names);

  if (n == 0)
    return;
  g_string_append_printf (to, "const char *const %s_classes[%u] = {\n", word, n);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GVariant) box = g_variant_get_child_value (names, i);
      g_autoptr (GVariant) item = g_variant_get_variant (box);
      g_autofree char *text = g_variant_is_of_type (item, G_VARIANT_TYPE_STRING)
                                  ? g_strescape (g_variant_get_string (item, NULL), NULL)
                                  : g_strdup_printf ("%u", i);

      g_string_append_printf (to, "  \"%s\",\n", text);
    }
  g_string_append (to, "};\n\n");
}

/* Where each number on the way lies. */
static void
append_rooms (GString *to, const CjlC *c)
{
  for (guint i = 0; i < c->buffers->len; i++)
    {
      const CjlCBuffer *b = cjl_c_buffer (c, (int) i);

      if (b->place == CJL_C_ROOM && b->name != NULL)
        g_string_append_printf (to,
                                "  %s *const %s = (%s *) (void *) (room + %" G_GINT64_FORMAT
                                "); /* %" G_GINT64_FORMAT " */\n",
                                get_type (b), b->name, get_type (b), b->offset, b->n);
    }
}

/* Fields one after another, on as many lines as they need. */
static void
append_wrapped (GString *to, const char *fields)
{
  g_auto (GStrv) parts = g_strsplit (fields, ", .", 0);
  gsize column = 40;

  for (guint i = 0; parts[i] != NULL; i++)
    {
      const gsize length = strlen (parts[i]) + 3;
      const gboolean turns = i > 0 && column + length > A_LINE;

      g_string_append (to, i == 0 ? "" : turns ? ",\n      ." : ", .");
      g_string_append (to, parts[i]);
      column = turns ? 6 + length : column + length;
    }
}

/* One call, with the title of its node where that changes. */
static void
append_call (GString *to, const CjlC *c, const CjlCCall *call, int before)
{
  static const char *const words[CJL_C_SHAPES] = { "shape", "more" };
  const CjNode *node = call->node >= 0 ? c->project->graph->nodes->pdata[call->node] : NULL;

  if (node != NULL && call->node != before)
    {
      g_string_append (to, "\n  /* ");
      append_safe (to, node->id);
      g_string_append (to, ": ");
      append_safe (to, node->layer->title);
      g_string_append (to, " */\n");
    }
  else if (node == NULL && before != -1)
    g_string_append (to, "\n  /* the answer */\n");
  g_string_append (to, "  {\n");
  for (guint i = 0; i < CJL_C_SHAPES && call->kernel->shapes[i] != NULL; i++)
    {
      g_autofree char *shape = cjl_c_text_print_shape (call->kernel->shapes[i], call->shapes[i]);

      g_string_append_printf (to, "    static const %s %s = { ", call->kernel->shapes[i], words[i]);
      append_wrapped (to, shape);
      g_string_append (to, " };\n");
    }
  g_string_append_printf (to, "\n    %s (&shape%s", call->kernel->name,
                          call->kernel->shapes[1] != NULL ? ", &more" : "");
  for (guint i = 0; i < call->kernel->n; i++)
    g_string_append_printf (to, ", %s", get_name (c, call->buffers[i]));
  g_string_append (to, ");\n  }\n");
}

char *
cjl_c_print_source (const CjlC *c, const char *base)
{
  g_autofree char *word = make_word (base), *kernels = print_kernels (c);
  const gboolean words = cjl_c_buffer (c, c->input)->type == CJL_C_INT32;
  GString *to = g_string_new (NULL);
  int before = -2;

  name_buffers (c);
  append_facts (to, c);
  g_string_append (to, " *\n * This file may be used for anything and without conditions. */\n");
  append_includes (to, base, kernels);
  append_classes (to, c, word);
  for (guint i = 0; i < c->buffers->len; i++)
    if (cjl_c_buffer (c, (int) i)->place == CJL_C_CONST && cjl_c_buffer (c, (int) i)->first >= 0)
      append_table (to, cjl_c_buffer (c, (int) i));
  g_string_append (to, kernels);
  g_string_append_printf (to, "void\n%s_run (const %s *input, float *output, void *arena)\n{\n",
                          word, words ? "int32_t" : "float");
  if (c->arena > 0)
    g_string_append (to, "  unsigned char *const room = arena;\n");
  else
    g_string_append (to, "  (void) arena;\n");
  append_rooms (to, c);
  for (guint k = 0; k < c->calls->len; k++)
    {
      const CjlCCall *call = &g_array_index (c->calls, CjlCCall, k);

      append_call (to, c, call, before);
      before = call->node;
    }
  g_string_append (to, "}\n");
  return g_string_free (to, FALSE);
}
