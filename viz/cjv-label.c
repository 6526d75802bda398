/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjv-label.h"

#include <math.h>
#include <png.h>
#include <string.h>

#define ATTACHED "cajal-figure.npz" /* name of the record in a PDF */

const char *
cjv_label_get (const CjvLabel *label, const char *name)
{
  for (guint i = 0; label != NULL && label->facts != NULL && label->facts[i] != NULL; i += 2)
    if (g_str_equal (label->facts[i], name))
      return label->facts[i + 1];
  return NULL;
}

GDateTime *
cjv_label_dup_date (const CjvLabel *label)
{
  const char *text = cjv_label_get (label, CJV_FACT_DATE);
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) date = text != NULL ? g_date_time_new_from_iso8601 (text, utc) : NULL;

  return date != NULL ? g_date_time_to_utc (date) : NULL;
}

char *
cjv_label_print_date (const CjvLabel *label, const char *format)
{
  g_autoptr (GDateTime) date = cjv_label_dup_date (label);

  return date != NULL ? g_date_time_format (date, format) : NULL;
}

static char *
dup_base64 (GBytes *bytes)
{
  return g_base64_encode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* --- PNG --- */

/* Growing memory that libpng writes to. */
static void
write_png (png_structp png, png_bytep data, png_size_t length)
{
  g_byte_array_append (png_get_io_ptr (png), data, (guint) length);
}

static void
flush_png (png_structp png)
{
  (void) png;
}

static void
ignore (png_structp png, png_const_charp message)
{
  (void) png;
  (void) message;
}

static void
fail (png_structp png, png_const_charp message)
{
  (void) message;
  png_longjmp (png, 1);
}

static void
add_text (GArray *texts, const char *key, const char *text, gboolean packed)
{
  png_text one = { .compression = packed ? PNG_TEXT_COMPRESSION_zTXt : PNG_ITXT_COMPRESSION_NONE,
                   .key = (char *) key,
                   .text = (char *) text,
                   .text_length = packed ? strlen (text) : 0,
                   .itxt_length = packed ? 0 : strlen (text),
                   .lang = (char *) "",
                   .lang_key = (char *) "" };

  g_array_append_val (texts, one);
}

/* Rows as PNG wants them: R G B A, not premultiplied. */
static guint8 *
dup_rows (cairo_surface_t *surface, int w, int h)
{
  const int stride = cairo_image_surface_get_stride (surface);
  const guint8 *data = cairo_image_surface_get_data (surface);
  guint8 *rows = g_malloc ((gsize) w * (gsize) h * 4), *out = rows;

  for (int y = 0; y < h; y++)
    {
      const guint32 *row = (const guint32 *) (data + (gsize) y * (gsize) stride);

      for (int x = 0; x < w; x++, out += 4)
        {
          const guint a = row[x] >> 24;

          for (int c = 0; c < 3; c++)
            out[c] = (guint8) (a > 0 ? (((row[x] >> (16 - 8 * c)) & 255) * 255 + a / 2) / a : 0);
          out[3] = (guint8) a;
        }
    }
  return rows;
}

/* Nothing here allocates between setjmp and the end but libpng and the array behind `out`. */
static gboolean
run_png (GByteArray *out, guint8 *rows, int w, int h, double dpi, GDateTime *date,
         const GArray *texts)
{
  png_structp png = png_create_write_struct (PNG_LIBPNG_VER_STRING, NULL, fail, ignore);
  png_infop info = png != NULL ? png_create_info_struct (png) : NULL;
  const png_uint_32 per_metre = (png_uint_32) lround (dpi / 0.0254);
  png_time time = { 0 };

  if (info == NULL || setjmp (png_jmpbuf (png)))
    {
      png_destroy_write_struct (&png, info != NULL ? &info : NULL);
      return FALSE;
    }
  png_set_write_fn (png, out, write_png, flush_png);
  png_set_IHDR (png, info, (png_uint_32) w, (png_uint_32) h, 8, PNG_COLOR_TYPE_RGB_ALPHA,
                PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_sRGB (png, info, PNG_sRGB_INTENT_PERCEPTUAL);
  png_set_pHYs (png, info, per_metre, per_metre, PNG_RESOLUTION_METER);
  if (date != NULL)
    {
      time.year = (png_uint_16) g_date_time_get_year (date);
      time.month = (png_byte) g_date_time_get_month (date);
      time.day = (png_byte) g_date_time_get_day_of_month (date);
      time.hour = (png_byte) g_date_time_get_hour (date);
      time.minute = (png_byte) g_date_time_get_minute (date);
      time.second = (png_byte) g_date_time_get_second (date);
      png_set_tIME (png, info, &time);
    }
  png_set_text (png, info, (png_const_textp) texts->data, (int) texts->len);
  png_write_info (png, info);
  for (int y = 0; y < h; y++)
    png_write_row (png, rows + (gsize) y * (gsize) w * 4);
  png_write_end (png, NULL);
  png_destroy_write_struct (&png, &info);
  return TRUE;
}

GBytes *
cjv_png_print (cairo_surface_t *surface, double dpi, const char *title, const char *words,
               const CjvLabel *label)
{
  const int w = cairo_image_surface_get_width (surface);
  const int h = cairo_image_surface_get_height (surface);
  g_autofree guint8 *rows = dup_rows (surface, w, h);
  g_autofree char *record
      = label != NULL && label->record != NULL ? dup_base64 (label->record) : NULL;
  g_autoptr (GArray) texts = g_array_new (FALSE, FALSE, sizeof (png_text));
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GDateTime) date = cjv_label_dup_date (label);

  add_text (texts, "Title", title, FALSE);
  add_text (texts, "Description", words, FALSE);
  for (guint i = 0; label != NULL && label->facts != NULL && label->facts[i] != NULL; i += 2)
    add_text (texts, label->facts[i], label->facts[i + 1], FALSE);
  if (record != NULL)
    add_text (texts, CJV_RECORD_KEYWORD, record, TRUE);
  if (!run_png (out, rows, w, h, dpi, date, texts))
    return NULL;
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

/* --- SVG --- */

/* The number of an id in the order of first use. */
static gboolean
renumber (const GMatchInfo *match, GString *out, gpointer data)
{
  GHashTable *numbers = data;
  g_autofree char *before = g_match_info_fetch (match, 1), *id = g_match_info_fetch (match, 2);
  gpointer number;

  if (!g_hash_table_lookup_extended (numbers, id, NULL, &number))
    {
      number = GUINT_TO_POINTER (g_hash_table_size (numbers) + 1);
      g_hash_table_insert (numbers, g_strdup (id), number);
    }
  g_string_append_printf (out, "%si%u", before, GPOINTER_TO_UINT (number));
  return FALSE;
}

/* cairo counts surfaces, and so ids, from the start of the process. */
static char *
renumber_ids (const char *text, gsize length)
{
  g_autoptr (GRegex) ids = g_regex_new ("(\\sid=\"|url\\(#|href=\"#)([A-Za-z][-A-Za-z0-9_]*)",
                                        G_REGEX_OPTIMIZE | G_REGEX_RAW, 0, NULL);
  g_autoptr (GHashTable) numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return g_regex_replace_eval (ids, text, (gssize) length, 0, 0, renumber, numbers, NULL);
}

/* What XML 1.0 can hold, escaped. */
static char *
xml_text (const char *text)
{
  g_autofree char *clean = g_strdup (text);

  for (char *c = clean; *c != '\0'; c++)
    if ((guchar) *c < 32 && *c != '\n' && *c != '\t')
      *c = ' ';
  return g_markup_escape_text (clean, -1);
}

/* What other programs look for: a date as a statement of Dublin Core (DCMI Metadata Terms, elements 1.1). */
static void
print_date (GString *out, const CjvLabel *label)
{
  g_autofree char *date = cjv_label_print_date (label, CJV_DATE_ISO);

  if (date != NULL)
    g_string_append_printf (out,
                            "\n<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" "
                            "xmlns:dc=\"http://purl.org/dc/elements/1.1/\">"
                            "<rdf:Description rdf:about=\"\"><dc:date>%s</dc:date>"
                            "</rdf:Description></rdf:RDF>",
                            date);
}

static void
print_metadata (GString *out, const CjvLabel *label)
{
  g_string_append (out, "\n<metadata xmlns:cajal=\"" CJV_RECORD_NAMESPACE "\">");
  print_date (out, label);
  for (guint i = 0; label->facts != NULL && label->facts[i] != NULL; i += 2)
    {
      g_autofree char *name = xml_text (label->facts[i]);
      g_autofree char *value = xml_text (label->facts[i + 1]);

      g_string_append_printf (out, "\n<cajal:fact name=\"%s\">%s</cajal:fact>", name, value);
    }
  if (label->record != NULL)
    {
      g_autofree char *record = dup_base64 (label->record);

      g_string_append_printf (out, "\n<%s>%s</%s>", CJV_RECORD_ELEMENT, record, CJV_RECORD_ELEMENT);
    }
  g_string_append (out, "\n</metadata>");
}

GBytes *
cjv_svg_label (GByteArray *bytes, const char *title, const char *words, const CjvLabel *label)
{
  g_autofree char *text = renumber_ids ((const char *) bytes->data, bytes->len);
  const char *open = strstr (text, "<svg");
  const char *end = open != NULL ? strchr (open, '>') : NULL;
  g_autofree char *title_text = xml_text (title), *words_text = xml_text (words);
  GString *out;

  g_byte_array_unref (bytes);
  g_return_val_if_fail (end != NULL, NULL);

  out = g_string_new_len (text, end + 1 - text);
  g_string_append_printf (out, "\n<title>%s</title>\n<desc>%s</desc>", title_text, words_text);
  if (label != NULL)
    print_metadata (out, label);
  g_string_append (out, end + 1);
  return g_string_free_to_bytes (out);
}

/* --- PDF --- */

/* Where `what` stands last in the bytes, or NULL; streams hold any byte. */
static guint8 *
find_last (GByteArray *bytes, const char *what)
{
  const gsize length = strlen (what);

  for (gsize at = bytes->len; at >= length; at--)
    if (memcmp (bytes->data + at - length, what, length) == 0)
      return bytes->data + at - length;
  return NULL;
}

/* The time of the clock would make every file another one: in its place stands `date` ("(D:…)", ISO 32000-1,
 * 7.9.4), or nothing, as dates are optional (14.3.3). Blanks keep every offset. */
static void
replace_date (GByteArray *bytes, const char *name, const char *date)
{
  guint8 *at = find_last (bytes, name);
  guint8 *end = at != NULL ? memchr (at, ')', bytes->len - (gsize) (at - bytes->data)) : NULL;

  if (end == NULL)
    return;
  if (date != NULL && strlen (name) + strlen (date) > (gsize) (end + 1 - at))
    date = NULL;
  if (date != NULL)
    at += strlen (name);
  memset (at, ' ', (gsize) (end + 1 - at));
  if (date != NULL)
    memcpy (at, date, strlen (date)); /* NOLINT: a PDF is no string */
}

/* The number behind a name of the last trailer, or -1. */
static gint64
find_number (GByteArray *bytes, const char *name)
{
  const guint8 *at = find_last (bytes, name);

  return at != NULL ? g_ascii_strtoll ((const char *) at + strlen (name), NULL, 10) : -1;
}

static void print_to (GByteArray *bytes, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
print_to (GByteArray *bytes, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list list;

  va_start (list, format);
  text = g_strdup_vprintf (format, list);
  va_end (list);
  g_byte_array_append (bytes, (const guint8 *) text, (guint) strlen (text));
}

/* An update at the end of the file (ISO 32000-1, 7.5.6): the record as an attached file (7.11.4), and the
 * catalogue again, which now names it. */
static void
attach (GByteArray *bytes, GBytes *record)
{
  const gint64 size = find_number (bytes, "/Size "), root = find_number (bytes, "/Root ");
  const gint64 info = find_number (bytes, "/Info "), before = find_number (bytes, "startxref\n");
  g_autofree char *mark = g_strdup_printf ("\n%lld 0 obj\n<<", (long long) root);
  const char *catalogue = (const char *) find_last (bytes, mark);
  const char *end = catalogue != NULL ? strstr (catalogue, ">>\nendobj") : NULL;
  const gsize length = g_bytes_get_size (record);
  g_autofree char *entries = NULL;
  gsize stream_at, file_at, root_at, table_at;

  g_return_if_fail (size > 0 && root > 0 && info > 0 && before > 0 && end != NULL);

  entries = g_strndup (catalogue + strlen (mark), (gsize) (end - catalogue) - strlen (mark));
  bytes->len -= 1; /* the NUL that the searches needed */
  stream_at = bytes->len;
  print_to (bytes,
            "%lld 0 obj\n<< /Type /EmbeddedFile\n   " CJV_RECORD_SUBTYPE
            "\n   /Params << /Size %zu "
            ">>\n   /Length %zu\n>>\nstream\n",
            (long long) size, length, length);
  g_byte_array_append (bytes, g_bytes_get_data (record, NULL), (guint) length);
  print_to (bytes, "\nendstream\nendobj\n");
  file_at = bytes->len;
  print_to (bytes,
            "%lld 0 obj\n<< /Type /Filespec\n   /F (" ATTACHED ")\n   /UF (" ATTACHED ")\n"
            "   /AFRelationship /Source\n   /EF << /F %lld 0 R >>\n>>\nendobj\n",
            (long long) size + 1, (long long) size);
  root_at = bytes->len;
  print_to (bytes,
            "%lld 0 obj\n<<%s   /Names << /EmbeddedFiles << /Names [(" ATTACHED
            ") %lld 0 R] >> >>\n   /AF [%lld 0 R]\n>>\nendobj\n",
            (long long) root, entries, (long long) size + 1, (long long) size + 1);
  table_at = bytes->len;
  print_to (bytes,
            "xref\n%lld 1\n%010zu 00000 n \n%lld 2\n%010zu 00000 n \n%010zu 00000 n \n"
            "trailer\n<< /Size %lld\n   /Root %lld 0 R\n   /Info %lld 0 R\n   /Prev %lld\n>>\n"
            "startxref\n%zu\n%%%%EOF\n",
            (long long) root, root_at, (long long) size, stream_at, file_at, (long long) size + 2,
            (long long) root, (long long) info, (long long) before, table_at);
}

GBytes *
cjv_pdf_label (GByteArray *bytes, const CjvLabel *label)
{
  g_autofree char *date = cjv_label_print_date (label, "(D:%Y%m%d%H%M%SZ)");

  replace_date (bytes, "/CreationDate ", date);
  replace_date (bytes, "/ModDate ", NULL);
  if (label != NULL && label->record != NULL)
    {
      g_byte_array_append (bytes, (const guint8 *) "", 1);
      attach (bytes, label->record);
    }
  return g_byte_array_free_to_bytes (bytes);
}
