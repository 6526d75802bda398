/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-card.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#define MAX_NUMBERS 64 /* of a list in a text */

/* --- words --- */

static gboolean
refuse_word (const char *word, GError **error)
{
  g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
               _ ("has a word that cannot be read: “%s”. Import the model anew, or delete it."),
               word);
  return FALSE;
}

static gboolean
find_type (const char *name, gsize length, CjArrayType *type)
{
  for (int t = CJ_ARRAY_F32; t <= CJ_ARRAY_U4; t++)
    {
      const char *known = cj_array_type_get_name ((CjArrayType) t);

      if (strlen (known) == length && strncmp (known, name, length) == 0)
        {
          *type = (CjArrayType) t;
          return TRUE;
        }
    }
  return FALSE;
}

/* "type[2x3]" up to where the shape ends, *end. */
static gboolean
read_head (const char *word, CjArrayType *type, CjDims *dims, const char **end)
{
  const char *open = strchr (word, '[');

  *dims = (CjDims){ 0 };
  if (open == NULL || !find_type (word, (gsize) (open - word), type))
    return FALSE;
  word = open + 1;
  while (*word != ']')
    {
      char *stop;
      const gint64 d = g_ascii_strtoll (word, &stop, 10);

      if (stop == word || d < 0 || d > G_MAXINT32 || dims->n == CJ_ARRAY_MAX_DIMS
          || (*stop != 'x' && *stop != ']'))
        return FALSE;
      dims->d[dims->n++] = d;
      word = *stop == 'x' ? stop + 1 : stop;
    }
  *end = word + 1;
  return TRUE;
}

/* The numbers of "type[shape]=1,2", or NULL. */
static CjArray *
read_numbers (const char *word)
{
  g_autoptr (CjArray) array = NULL;
  CjArrayType type;
  CjDims dims;
  gint64 n = 0;

  if (!read_head (word, &type, &dims, &word) || *word++ != '=')
    return NULL;
  array = cj_array_new (type, &dims, NULL);
  if (array == NULL || array->size > MAX_NUMBERS)
    return NULL;
  while (n < array->size)
    {
      char *stop;

      if (cj_array_type_is_float (type))
        cj_array_set (array, n, g_ascii_strtod (word, &stop));
      else
        cj_array_set_int (array, n, g_ascii_strtoll (word, &stop, 10));
      if (stop == word || (*stop != ',' && *stop != '\0'))
        return NULL;
      n++;
      word = *stop == ',' ? stop + 1 : stop;
    }
  return *word == '\0' ? g_steal_pointer (&array) : NULL;
}

char *
cj_card_print_array (const CjArray *array, gboolean with_numbers)
{
  GString *text = g_string_new (cj_array_type_get_name (array->type));

  g_string_append_c (text, '[');
  for (guint k = 0; k < array->dims.n; k++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, k > 0 ? "x" : "", array->dims.d[k]);
  g_string_append (text, with_numbers ? "]=" : "]");
  for (gint64 i = 0; with_numbers && i < array->size; i++)
    {
      char number[G_ASCII_DTOSTR_BUF_SIZE];

      if (cj_array_type_is_float (array->type))
        g_ascii_formatd (number, sizeof number, "%.9g", cj_array_get (array, i));
      else
        g_snprintf (number, sizeof number, "%" G_GINT64_FORMAT, cj_array_get_int (array, i));
      g_string_append_printf (text, "%s%s", i > 0 ? "," : "", number);
    }
  return g_string_free (text, FALSE);
}

/* --- attributes --- */

static char *
escape (const char *text)
{
  return g_uri_escape_string (text, "!$&'()*+;@^_`{|}~[]<>/?", FALSE);
}

char *
cj_card_print_attr (const CjAttr *attr)
{
  g_autofree char *name = escape (attr->name), *inside = NULL;
  GString *text = g_string_new (name);
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  switch (attr->kind)
    {
    case CJ_ATTR_INT:
      g_string_append_printf (text, ":i=%" G_GINT64_FORMAT, attr->i);
      break;
    case CJ_ATTR_FLOAT:
      g_string_append_printf (text, ":f=%s",
                              g_ascii_formatd (number, sizeof number, "%.9g", attr->f));
      break;
    case CJ_ATTR_TEXT:
      inside = escape (attr->text);
      g_string_append_printf (text, ":s=%s", inside);
      break;
    case CJ_ATTR_VALUE:
      inside = attr->value->size <= MAX_NUMBERS ? cj_card_print_array (attr->value, TRUE) : NULL;
      g_string_append_printf (text, ":t=%s", inside != NULL ? inside : "");
      break;
    case CJ_ATTR_INTS:
      g_string_append (text, ":I=");
      for (guint i = 0; i < attr->n; i++)
        g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? "," : "", attr->ints[i]);
      break;
    case CJ_ATTR_FLOATS:
      g_string_append (text, ":F=");
      for (guint i = 0; i < attr->n; i++)
        g_string_append_printf (text, "%s%s", i > 0 ? "," : "",
                                g_ascii_formatd (number, sizeof number, "%.9g", attr->floats[i]));
      break;
    case CJ_ATTR_TEXTS:
      g_string_append (text, ":S=");
      for (guint i = 0; i < attr->n; i++)
        {
          g_autofree char *one = escape (attr->texts[i]);

          g_string_append_printf (text, "%s%s", i > 0 ? "," : "", one);
        }
      break;
    default:
      g_string_free (text, TRUE);
      return NULL;
    }
  return g_string_free (text, attr->kind == CJ_ATTR_VALUE && inside == NULL);
}

static gboolean
read_list (CjAttr *attr, char **parts)
{
  attr->n = g_strv_length (parts);
  if (attr->n == 1 && *parts[0] == '\0')
    attr->n = 0;
  attr->ints = attr->kind == CJ_ATTR_INTS ? g_new0 (gint64, attr->n + 1) : NULL;
  attr->floats = attr->kind == CJ_ATTR_FLOATS ? g_new0 (double, attr->n + 1) : NULL;
  attr->texts = attr->kind == CJ_ATTR_TEXTS ? g_new0 (char *, attr->n + 1) : NULL;
  for (guint i = 0; i < attr->n; i++)
    if (attr->kind == CJ_ATTR_INTS)
      attr->ints[i] = g_ascii_strtoll (parts[i], NULL, 10);
    else if (attr->kind == CJ_ATTR_FLOATS)
      attr->floats[i] = g_ascii_strtod (parts[i], NULL);
    else
      {
        attr->texts[i] = g_uri_unescape_string (parts[i], NULL);
        if (attr->texts[i] == NULL)
          attr->texts[i] = g_strdup ("");
      }
  return TRUE;
}

static gboolean
read_attr (CjCard *card, const char *word, GError **error)
{
  static const char letters[] = "fistFIS";
  static const CjAttrKind kinds[] = { CJ_ATTR_FLOAT,  CJ_ATTR_INT,  CJ_ATTR_TEXT, CJ_ATTR_VALUE,
                                      CJ_ATTR_FLOATS, CJ_ATTR_INTS, CJ_ATTR_TEXTS };
  const char *colon = strchr (word, ':');
  const char *letter = colon != NULL && colon[1] != '\0' ? strchr (letters, colon[1]) : NULL;
  g_autofree char *name = colon != NULL ? g_strndup (word, (gsize) (colon - word)) : NULL;
  g_autofree char *plain = name != NULL ? g_uri_unescape_string (name, NULL) : NULL;
  g_auto (GStrv) parts = NULL;
  CjAttr *attr;

  if (letter == NULL || plain == NULL || colon[2] != '=')
    return refuse_word (word, error);
  attr = cj_attr_new (plain, kinds[letter - letters]);
  g_ptr_array_add (card->node->attrs, attr);
  switch (attr->kind)
    {
    case CJ_ATTR_INT:
      attr->i = g_ascii_strtoll (colon + 3, NULL, 10);
      return TRUE;
    case CJ_ATTR_FLOAT:
      attr->f = g_ascii_strtod (colon + 3, NULL);
      return TRUE;
    case CJ_ATTR_TEXT:
      attr->text = g_uri_unescape_string (colon + 3, NULL);
      return attr->text != NULL || refuse_word (word, error);
    case CJ_ATTR_VALUE:
      attr->value = read_numbers (colon + 3);
      return attr->value != NULL || refuse_word (word, error);
    default:
      parts = g_strsplit (colon + 3, ",", -1);
      return read_list (attr, parts);
    }
}

/* --- inputs --- */

static gboolean
read_wire (CjSlot *slot, const char *word)
{
  const char *slash = strchr (word, '/');
  const gsize length = slash != NULL ? (gsize) (slash - word) : strlen (word);

  slot->kind = CJ_SLOT_WIRE;
  slot->scalar = slash != NULL;
  return find_type (word, length, &slot->type) && (slash == NULL || g_str_equal (slash, "/0"));
}

static gboolean
read_slot (CjCard *card, const char *word, GError **error)
{
  CjSlot *slot = &card->slots[card->n_slots];
  const char *end;

  if (card->n_slots == CJ_OP_MAX_IN)
    return refuse_word (word, error);
  card->n_slots++;
  *slot = (CjSlot){ .stretch = -1 };
  if (g_str_equal (word, "-"))
    return TRUE;
  if (g_str_has_prefix (word, "x:"))
    {
      card->n_wires++;
      return read_wire (slot, word + 2) || refuse_word (word, error);
    }
  if (!read_head (word, &slot->type, &slot->dims, &end))
    return refuse_word (word, error);
  if (*end == '=')
    {
      slot->kind = CJ_SLOT_NUMBERS;
      slot->numbers = read_numbers (word);
      return slot->numbers != NULL || refuse_word (word, error);
    }
  slot->kind = CJ_SLOT_WEIGHTS;
  card->n_weights++;
  if (*end == '~' && g_ascii_isdigit (end[1]) && end[2] == '\0')
    slot->stretch = end[1] - '0';
  else if (*end != '\0')
    return refuse_word (word, error);
  return (slot->dims.n <= CJ_MAX_DIMS && slot->stretch < (int) slot->dims.n
          && (slot->stretch < 0 || slot->dims.d[slot->stretch] == 1))
         || refuse_word (word, error);
}

/* "Split@13/2" */
static gboolean
read_op (CjCard *card, const char *text, GError **error)
{
  const char *at = strchr (text, '@');
  char *stop = NULL;
  g_autofree char *name = at != NULL ? g_strndup (text, (gsize) (at - text)) : NULL;
  const gint64 opset = at != NULL ? g_ascii_strtoll (at + 1, &stop, 10) : 0;
  gint64 n = 1;

  if (at == NULL || at == text || stop == at + 1)
    return refuse_word (text, error);
  if (*stop == '/')
    n = g_ascii_strtoll (stop + 1, &stop, 10);
  if (*stop != '\0' || n < 1 || n > CJ_OP_MAX_OUT)
    return refuse_word (text, error);
  card->node = cj_extra_node_new (name, opset);
  card->n_out = (guint) n;
  if (cj_extra_find (name, opset) != NULL)
    return TRUE;
  g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
               _ ("is an operator %s of version %lld, which is not among those here. Put another "
                  "layer in its place."),
               name, (long long) opset);
  return FALSE;
}

CjCard *
cj_card_parse (const CjCardText *text, GError **error)
{
  g_autoptr (CjCard) card = g_new0 (CjCard, 1);
  g_auto (GStrv) attrs = g_strsplit (text->attrs, " ", -1);
  g_auto (GStrv) inputs = g_strsplit (text->inputs, " ", -1);

  if (!read_op (card, text->op, error))
    return NULL;
  for (char **word = attrs; *word != NULL; word++)
    if (**word != '\0' && !read_attr (card, *word, error))
      return NULL;
  for (char **word = inputs; *word != NULL; word++)
    if (**word != '\0' && !read_slot (card, *word, error))
      return NULL;
  return g_steal_pointer (&card);
}

void
cj_card_free (CjCard *card)
{
  for (guint i = 0; i < card->n_slots; i++)
    g_clear_pointer (&card->slots[i].numbers, cj_array_unref);
  g_clear_pointer (&card->node, cj_extra_node_free);
  g_free (card);
}

/* --- running --- */

/* What comes by a wire in its own type and rank. */
static CjArray *
take_wire (const CjSlot *slot, CjArray *wire, GError **error)
{
  g_autoptr (CjArray) cast = cj_array_cast (wire, slot->type, error);

  if (cast == NULL || !slot->scalar || cast->size != 1)
    return g_steal_pointer (&cast);
  return cj_array_reshape (cast, &(CjDims){ 0 });
}

/* Weights in their own type, repeated along the dimension that follows the batch. */
static CjArray *
take_weights (const CjSlot *slot, CjArray *weights, gint64 batch, GError **error)
{
  g_autoptr (CjArray) cast = cj_array_cast (weights, slot->type, error), shaped = NULL;
  g_autoptr (CjExtraNode) expand = NULL;
  CjArray *in[2], *out = NULL;
  g_autoptr (CjArray) shape = NULL;
  CjDims dims = slot->dims;

  if (cast == NULL)
    return NULL;
  shaped = cj_array_reshape (cast, &slot->dims);
  if (slot->stretch < 0)
    return g_steal_pointer (&shaped);
  dims.d[slot->stretch] = batch;
  shape = cj_array_new_ints (dims.d, dims.n);
  expand = cj_extra_node_new ("Expand", 13);
  in[0] = shaped;
  in[1] = shape;
  cj_extra_run (expand, 2, in, 1, &out, error);
  return out;
}

static gboolean
fill_slots (const CjCard *card, CjArray *const *wires, CjArray *const *weights, CjArray **in,
            GError **error)
{
  const gint64 batch = card->n_wires > 0 && wires[0]->dims.n > 0 ? wires[0]->dims.d[0] : 1;
  guint wire = 0, weight = 0;

  for (guint i = 0; i < card->n_slots; i++)
    {
      const CjSlot *slot = &card->slots[i];

      switch (slot->kind)
        {
        case CJ_SLOT_NONE:
          continue;
        case CJ_SLOT_NUMBERS:
          in[i] = cj_array_ref (slot->numbers);
          break;
        case CJ_SLOT_WIRE:
          in[i] = take_wire (slot, wires[wire++], error);
          break;
        case CJ_SLOT_WEIGHTS:
          in[i] = take_weights (slot, weights[weight++], batch, error);
          break;
        }
      if (in[i] == NULL)
        return FALSE;
    }
  return TRUE;
}

gboolean
cj_card_run (const CjCard *card, CjArray *const *wires, CjArray *const *weights, CjArray **out,
             GError **error)
{
  CjArray *in[CJ_OP_MAX_IN] = { NULL }, *raw[CJ_OP_MAX_OUT] = { NULL };
  gboolean done = fill_slots (card, wires, weights, in, error)
                  && cj_extra_run (card->node, card->n_slots, in, card->n_out, raw, error);

  for (guint k = 0; done && k < card->n_out; k++)
    {
      out[k] = raw[k] != NULL ? cj_array_cast (raw[k], CJ_ARRAY_F32, error) : NULL;
      done = raw[k] == NULL || out[k] != NULL;
    }
  for (guint k = 0; k < card->n_out; k++)
    {
      g_clear_pointer (&raw[k], cj_array_unref);
      if (!done)
        g_clear_pointer (&out[k], cj_array_unref);
    }
  for (guint i = 0; i < card->n_slots; i++)
    g_clear_pointer (&in[i], cj_array_unref);
  return done;
}
