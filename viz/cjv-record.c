/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjv-record.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <png.h>
#include <string.h>

#define MAX_TEXT ((gsize) 384 << 20) /* of a record in base64 */
#define MAX_CHUNKS 256
#define SPARE ((gsize) 256 << 10) /* bytes that libpng and zlib take for themselves */
#define HEAD 4096 /* bytes in which an SVG says what it is, and a PDF ends its dictionary */

typedef enum
{
  KIND_OTHER,
  KIND_SVG,
  KIND_PDF,
  KIND_PNG,
  KIND_ZIP
} Kind;

static gboolean
begins (GBytes *bytes, const char *with, gsize length)
{
  gsize size;
  const void *data = g_bytes_get_data (bytes, &size);

  return size >= length && memcmp (data, with, length) == 0;
}

static Kind
get_kind (GBytes *bytes)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  if (begins (bytes, "\x89PNG\r\n\x1a\n", 8))
    return KIND_PNG;
  if (begins (bytes, "%PDF-", 5))
    return KIND_PDF;
  if (begins (bytes, "PK\x03\x04", 4))
    return KIND_ZIP;
  if ((begins (bytes, "<?xml", 5) || begins (bytes, "<svg", 4))
      && g_strstr_len (data, (gssize) MIN (size, HEAD), "<svg") != NULL)
    return KIND_SVG;
  return KIND_OTHER;
}

static const guint8 *
find_first (const guint8 *data, gsize size, const char *what)
{
  const gsize length = strlen (what);

  for (gsize at = 0; at + length <= size; at++)
    if (memcmp (data + at, what, length) == 0)
      return data + at;
  return NULL;
}

gboolean
cjv_record_is_picture (GBytes *bytes)
{
  const Kind kind = get_kind (bytes);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  return kind == KIND_SVG || kind == KIND_PDF
         || (kind == KIND_PNG && find_first (data, size, "zTXt" CJV_RECORD_KEYWORD) != NULL);
}

/* Base64 as bytes; NULL if it is none. */
static GBytes *
decode (const char *text)
{
  guchar *data;
  gsize size;

  if (text[strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\n")]
      != '\0')
    return NULL;
  data = g_base64_decode (text, &size);
  return g_bytes_new_take (data, size);
}

/* --- PNG --- */

typedef struct
{
  const guint8 *data;
  gsize size, at;
} Source;

static void
read_bytes (png_structp png, png_bytep out, png_size_t n)
{
  Source *source = png_get_io_ptr (png);

  if (n > source->size - source->at)
    png_error (png, "cut off");
  memcpy (out, source->data + source->at, n);
  source->at += n;
}

static void
fail (png_structp png, png_const_charp message)
{
  (void) message;
  png_longjmp (png, 1);
}

static void
ignore (png_structp png, png_const_charp message)
{
  (void) png;
  (void) message;
}

/* A record is packed already: its text unpacks to little more. */
static gsize
get_most (const Source *source)
{
  return MIN (MAX_TEXT, 16 * source->size);
}

/* libpng believes the length of a chunk, and asks for it, before it finds the end of the file. */
static png_voidp
take_memory (png_structp png, png_alloc_size_t n)
{
  const Source *source = png_get_mem_ptr (png);

  return n <= get_most (source) + SPARE ? g_try_malloc (n) : NULL;
}

static void
give_memory (png_structp png, png_voidp memory)
{
  (void) png;
  g_free (memory);
}

/* The record's text, NULL: none; FALSE: the file is damaged. The texts stand before the pixels, which are
 * not read. You free. */
static gboolean
read_png (Source *source, char **text)
{
  png_structp png = png_create_read_struct_2 (PNG_LIBPNG_VER_STRING, NULL, fail, ignore, source,
                                              take_memory, give_memory);
  png_infop info = png != NULL ? png_create_info_struct (png) : NULL;
  png_textp texts = NULL;
  int n = 0;

  if (info == NULL || setjmp (png_jmpbuf (png)))
    {
      png_destroy_read_struct (&png, info != NULL ? &info : NULL, NULL);
      return FALSE;
    }
  png_set_read_fn (png, source, read_bytes);
  png_set_user_limits (png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_chunk_malloc_max (png, get_most (source));
  png_set_chunk_cache_max (png, MAX_CHUNKS);
  png_read_info (png, info);
  png_get_text (png, info, &texts, &n);
  for (int i = 0; i < n && *text == NULL; i++)
    if (strcmp (texts[i].key, CJV_RECORD_KEYWORD) == 0 && texts[i].text != NULL)
      *text = g_strdup (texts[i].text);
  png_destroy_read_struct (&png, &info, NULL);
  return TRUE;
}

static gboolean
find_in_png (GBytes *bytes, GBytes **record)
{
  Source source = { .data = g_bytes_get_data (bytes, NULL), .size = g_bytes_get_size (bytes) };
  char *text = NULL;
  gboolean whole = read_png (&source, &text);

  if (text != NULL)
    {
      *record = decode (text);
      whole = *record != NULL;
    }
  g_free (text);
  return whole;
}

/* --- SVG --- */

typedef struct
{
  gboolean inside;
  GString *text; /* NULL until the element was seen */
} Reading;

static void
on_start (GMarkupParseContext *context, const char *element, const char **names,
          const char **values, gpointer data, GError **error)
{
  Reading *reading = data;

  (void) context;
  (void) names;
  (void) values;
  (void) error;
  reading->inside = reading->text == NULL && g_str_equal (element, CJV_RECORD_ELEMENT);
  if (reading->inside)
    reading->text = g_string_new (NULL);
}

static void
on_end (GMarkupParseContext *context, const char *element, gpointer data, GError **error)
{
  (void) context;
  (void) element;
  (void) error;
  ((Reading *) data)->inside = FALSE;
}

static void
on_text (GMarkupParseContext *context, const char *text, gsize length, gpointer data,
         GError **error)
{
  Reading *reading = data;

  (void) context;
  (void) error;
  if (reading->inside)
    g_string_append_len (reading->text, text, (gssize) length);
}

static gboolean
find_in_svg (GBytes *bytes, GBytes **record)
{
  static const GMarkupParser parser
      = { .start_element = on_start, .end_element = on_end, .text = on_text };
  Reading reading = { 0 };
  g_autoptr (GMarkupParseContext) context
      = g_markup_parse_context_new (&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &reading, NULL);
  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);
  gboolean whole = g_markup_parse_context_parse (context, text, (gssize) size, NULL)
                   && g_markup_parse_context_end_parse (context, NULL);

  if (whole && reading.text != NULL)
    {
      *record = decode (reading.text->str);
      whole = *record != NULL;
    }
  if (reading.text != NULL)
    g_string_free (reading.text, TRUE);
  return whole;
}

/* --- PDF --- */

/* The attached file that our type stands at, as cjv_pdf_label writes it. */
static gboolean
find_in_pdf (GBytes *bytes, GBytes **record)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  const guint8 *type = find_first (data, size, CJV_RECORD_SUBTYPE);
  const gsize left = type != NULL ? size - (gsize) (type - data) : 0;
  const guint8 *stream = find_first (type, MIN (left, HEAD), "stream\n");
  const guint8 *at = stream != NULL ? find_first (type, (gsize) (stream - type), "/Length ") : NULL;
  guint64 length = 0;

  if (type == NULL)
    return TRUE;
  if (at == NULL)
    return FALSE;
  for (at += strlen ("/Length "); g_ascii_isdigit (*at) && length < G_MAXUINT32; at++)
    length = 10 * length + (guint64) (*at - '0');
  stream += strlen ("stream\n");
  if (length == 0 || length > size - (gsize) (stream - data))
    return FALSE;
  *record = g_bytes_new_from_bytes (bytes, (gsize) (stream - data), (gsize) length);
  return TRUE;
}

GBytes *
cjv_record_find (GBytes *bytes, GError **error)
{
  GBytes *record = NULL;
  gboolean whole = FALSE;

  if (g_bytes_get_size (bytes) <= CJV_RECORD_MAX_FILE)
    switch (get_kind (bytes))
      {
      case KIND_ZIP:
        return g_bytes_ref (bytes);
      case KIND_SVG:
        whole = find_in_svg (bytes, &record);
        break;
      case KIND_PDF:
        whole = find_in_pdf (bytes, &record);
        break;
      case KIND_PNG:
        whole = find_in_png (bytes, &record);
        break;
      case KIND_OTHER:
      default:
        g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE,
                             _ ("This is no picture that Cajal writes: .svg, .pdf, .png or .npz."));
        return NULL;
      }
  if (!whole)
    g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE,
                         _ ("The picture is damaged or cut off. Export it anew."));
  else if (record == NULL)
    g_set_error_literal (
        error, CJ_ERROR, CJ_ERROR_FILE,
        _ ("No figure of Cajal lies in this picture: another program made it, or wrote it anew "
           "without what it carried."));
  return record;
}
