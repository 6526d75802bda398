/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The texts of the kernels, taken from the program's resources. A file is a row of pieces, each of which begins with a
 * comment that says its name: a type, a helper or a kernel. A piece needs those before it whose names it has. */
#include "cjl-c-private.h"
#include "cjl-c-resources.h"

#include <math.h>
#include <string.h>

#define N_FILES 7

typedef struct
{
  char *name, *text;
} Piece;

static gboolean
is_word (char c)
{
  return g_ascii_isalnum (c) || c == '_';
}

/* Where the next piece begins, and how long its name is; NULL: none. */
static const char *
find_piece (const char *text, gsize *length)
{
  const char *at = g_str_has_prefix (text, "/* ") ? text : NULL;

  for (; text != NULL; text = at)
    {
      if (at != NULL)
        {
          const char *end = at + 3;

          while (is_word (*end))
            end++;
          *length = (gsize) (end - at - 3);
          if (*length > 0 && *end == ':')
            return at;
        }
      at = strstr (at != NULL ? at + 1 : text, "\n/* ");
      if (at != NULL)
        at++;
    }
  return NULL;
}

static void
read_file (GArray *pieces, const char *text)
{
  gsize length = 0, next_length = 0;

  for (const char *at = find_piece (text, &length), *next; at != NULL; at = next)
    {
      Piece piece = { g_strndup (at + 3, length), NULL };

      next = find_piece (at + 1, &next_length);
      piece.text = next != NULL ? g_strndup (at, (gsize) (next - at)) : g_strdup (at);
      g_strchomp (piece.text);
      g_array_append_val (pieces, piece);
      length = next_length;
    }
}

static const GArray *
get_pieces (void)
{
  static GArray *pieces;

  if (g_once_init_enter (&pieces))
    {
      GArray *read = g_array_new (FALSE, FALSE, sizeof (Piece));

      for (guint i = 0; i < N_FILES; i++)
        {
          g_autofree char *path = g_strdup_printf ("/org/cajal/lab/c/%u", i);
          g_autoptr (GBytes) bytes = g_resource_lookup_data (cjl_c_get_resource (), path,
                                                             G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
          g_autofree char *text
              = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

          read_file (read, text);
        }
      g_once_init_leave (&pieces, read);
    }
  return pieces;
}

static const Piece *
find (const char *name)
{
  const GArray *pieces = get_pieces ();

  for (guint i = 0; i < pieces->len; i++)
    if (g_str_equal (g_array_index (pieces, Piece, i).name, name))
      return &g_array_index (pieces, Piece, i);
  return NULL;
}

gboolean
cjl_c_text_has (const char *name)
{
  return find (name) != NULL;
}

/* Whether a text has the word outside of comments. */
static gboolean
has_word (const char *text, const char *word)
{
  const gsize length = strlen (word);

  for (const char *at = text; *at != '\0'; at++)
    if (g_str_has_prefix (at, "/*"))
      at = strstr (at, "*/") + 1;
    else if (g_str_has_prefix (at, word) && (at == text || !is_word (at[-1]))
             && !is_word (at[length]))
      return TRUE;
  return FALSE;
}

char *
cjl_c_text_print (const char *const *names)
{
  const GArray *pieces = get_pieces ();
  g_autofree gboolean *taken = g_new0 (gboolean, pieces->len + 1);
  GString *all = g_string_new (NULL);

  for (guint i = pieces->len; i-- > 0;)
    {
      const Piece *piece = &g_array_index (pieces, Piece, i);

      taken[i] = g_strv_contains (names, piece->name);
      for (guint k = i + 1; k < pieces->len && !taken[i]; k++)
        taken[i] = taken[k] && has_word (g_array_index (pieces, Piece, k).text, piece->name);
    }
  for (guint i = 0; i < pieces->len; i++)
    if (taken[i])
      g_string_append_printf (all, "%s\n\n", g_array_index (pieces, Piece, i).text);
  return g_string_free (all, FALSE);
}

/* --- shapes --- */

/* One field of a declaration "int a, b[6];", all of 4 bytes. */
typedef struct
{
  char name[32];
  gboolean is_float;
  guint n; /* 0: no array */
} Field;

/* Reads on from *at; FALSE at the end of the type. Comments between fields are passed over. */
static gboolean
next_field (const char **at, gboolean *is_float, Field *field)
{
  const char *p = *at;

  for (;; p++)
    {
      if (g_str_has_prefix (p, "/*"))
        p = strstr (p, "*/") + 1;
      else if (*p == '}')
        return FALSE;
      else if (g_str_has_prefix (p, "int ") || g_str_has_prefix (p, "float "))
        {
          *is_float = *p == 'f';
          p = strchr (p, ' ');
        }
      else if (is_word (*p))
        break;
    }
  *field = (Field){ .is_float = *is_float };
  for (guint i = 0; is_word (*p) && i + 1 < sizeof field->name; i++)
    field->name[i] = *p++;
  if (*p == '[')
    field->n = (guint) g_ascii_strtoull (p + 1, (char **) &p, 10);
  *at = p;
  return TRUE;
}

/* The first field of a type. */
static const char *
open_type (const char *type)
{
  const Piece *piece = find (type);

  g_assert (piece != NULL);
  return strchr (piece->text, '{') + 1;
}

gsize
cjl_c_text_get_size (const char *type)
{
  const char *at = open_type (type);
  gboolean is_float = FALSE;
  gsize size = 0;
  Field field;

  while (next_field (&at, &is_float, &field))
    size += 4 * MAX (field.n, 1);
  return size;
}

static void
print_number (GString *to, gboolean is_float, const char *from)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  gint32 whole;
  float real;

  memcpy (&whole, from, sizeof whole);
  memcpy (&real, from, sizeof real);
  if (!is_float)
    {
      g_string_append_printf (to, "%d", whole);
      return;
    }
  if (isinf (real))
    {
      g_string_append (to, real < 0 ? "-INFINITY" : "INFINITY");
      return;
    }
  g_ascii_formatd (text, sizeof text, "%.9g", (double) real);
  g_string_append_printf (to, "%s%sf", text, strpbrk (text, ".e") == NULL ? ".0" : "");
}

/* Whether a field is 0 throughout, which need not be said. */
static gboolean
is_zero (const char *from, guint n)
{
  for (guint i = 0; i < 4 * n; i++)
    if (from[i] != 0)
      return FALSE;
  return TRUE;
}

char *
cjl_c_text_print_shape (const char *type, gconstpointer shape)
{
  const char *at = open_type (type), *from = shape;
  GString *text = g_string_new (NULL);
  gboolean is_float = FALSE;
  Field field;

  while (next_field (&at, &is_float, &field))
    {
      const guint n = MAX (field.n, 1);

      if (!is_zero (from, n))
        {
          g_string_append_printf (text, "%s.%s = %s", text->len > 0 ? ", " : "", field.name,
                                  field.n > 0 ? "{ " : "");
          for (guint i = 0; i < n; i++)
            {
              g_string_append (text, i > 0 ? ", " : "");
              print_number (text, field.is_float, from + 4 * i);
            }
          g_string_append (text, field.n > 0 ? " }" : "");
        }
      from += 4 * n;
    }
  return g_string_free (g_string_append (text, text->len == 0 ? "0" : ""), FALSE);
}
