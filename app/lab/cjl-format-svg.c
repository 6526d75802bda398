/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The canvas as a picture for papers: cards, ports, wires and what passes along them, where the person put them. Text
 * stays text, so that it can be searched and set in the font of the paper. */
#include "cj-error.h"
#include "cjd-folders.h"
#include "cjl-drawing.h"
#include "cjl-format.h"
#include "cjl-scene.h"
#include "file.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define MARGIN 30.0
#define CARD_WIDTH 150.0 /* as on the canvas, for which people place cards */
#define CARD_HEIGHT 62.0 /* here without a picture */
#define ROWS 0.6         /* so rows may be nearer to each other */
#define PADDING 10.0
#define PORT_Y 24.0 /* of the first port */
#define PORT_STEP 16.0
#define ROOM (CARD_WIDTH - 2 * PADDING)

/* Of an average letter, in sizes of the font. */
#define LETTER 0.54
#define LETTER_BOLD 0.59

typedef struct
{
  CjlDrawing about;
  CjlScene *scene;
  GString *to;
  double left, top; /* of the uppermost and leftmost cards */
} Drawing;

static double
get_height (const CjlCard *card)
{
  const guint ports = MAX (card->in->len, card->out->len);

  return MAX (CARD_HEIGHT, PORT_Y + PORT_STEP * (ports > 0 ? ports - 1 : 0) + 20);
}

static double
get_x (const Drawing *d, const CjlCard *card)
{
  return cjl_card_get_x (card) - d->left + MARGIN;
}

static double
get_y (const Drawing *d, const CjlCard *card)
{
  return ROWS * (cjl_card_get_y (card) - d->top) + MARGIN;
}

/* --- marks --- */

/* Numbers as every locale writes them in files. */
static const char *
print (double x, char *room)
{
  return g_ascii_formatd (room, G_ASCII_DTOSTR_BUF_SIZE, "%.5g", x);
}

static void
append_attr (GString *to, const char *name, double x)
{
  char room[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (to, " %s=\"%s\"", name, print (x, room));
}

/* "M 1 2 C 3 4 ...": an order with n numbers. */
static void
append_order (GString *to, char order, guint n, ...)
{
  char room[G_ASCII_DTOSTR_BUF_SIZE];
  va_list numbers;

  va_start (numbers, n);
  g_string_append_c (to, order);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (to, "%s%s", i > 0 ? " " : "", print (va_arg (numbers, double), room));
  va_end (numbers);
}

/* Text of a class at a place, made smaller where it is longer than `room` (0: it may be as long as it is). */
static void
append_text (GString *to, const char *class, double size, double x, double y, double room,
             const char *text)
{
  const double letter = g_str_equal (class, "title") ? LETTER_BOLD : LETTER;
  const double width = letter * size * (double) g_utf8_strlen (text, -1);
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  g_string_append_printf (to, "<text class=\"%s\"", class);
  append_attr (to, "x", x);
  append_attr (to, "y", y);
  if (room > 0 && width > room)
    {
      append_attr (to, "font-size", MAX (size * room / width, 7));
      if (width > room * size / 7)
        {
          append_attr (to, "textLength", room);
          g_string_append (to, " lengthAdjust=\"spacingAndGlyphs\"");
        }
    }
  g_string_append_printf (to, ">%s</text>\n", escaped);
}

/* --- wires --- */

/* Where a port is; `outside`: of a scene that ends there. */
static void
find_port (const Drawing *d, int card, guint port, gboolean out, double *x, double *y)
{
  const CjlCard *at = cjl_scene_get (d->scene, (guint) card);

  *x = get_x (d, at) + (out ? CARD_WIDTH : 0);
  *y = get_y (d, at) + PORT_Y + PORT_STEP * port;
}

/* Where one that runs to the left crosses: above its target, those of later ports above those before. */
static double
get_middle (double y1, guint port)
{
  return y1 - PORT_Y - PORT_STEP * port - 14 - 18.0 * port;
}

/* It is led around the cards. */
static void
append_return (GString *to, double x0, double y0, double x1, double y1, guint port)
{
  const double out = 16 + 5.0 * MIN (port, 2), r = 8, middle = get_middle (y1, port);
  const double turn = middle < y0 ? -r : r;

  append_order (to, 'M', 2, x0, y0);
  append_order (to, 'L', 2, x0 + out - r, y0);
  append_order (to, 'Q', 4, x0 + out, y0, x0 + out, y0 + turn);
  append_order (to, 'L', 2, x0 + out, middle - turn);
  append_order (to, 'Q', 4, x0 + out, middle, x0 + out - r, middle);
  append_order (to, 'L', 2, x1 - out + r, middle);
  append_order (to, 'Q', 4, x1 - out, middle, x1 - out, middle + r);
  append_order (to, 'L', 2, x1 - out, y1 - r);
  append_order (to, 'Q', 4, x1 - out, y1, x1 - out + r, y1);
  append_order (to, 'L', 2, x1, y1);
}

static void
append_wire (const Drawing *d, const CjlLine *line)
{
  const CjWire *from = &line->to->from[line->port];
  g_autofree char *shape = cjl_drawing_dup_shape (&d->about, from->node, from->port);
  double x0, y0, x1, y1, reach;

  if (line->from_card < 0 || line->to_card < 0)
    return;
  find_port (d, line->from_card, line->from_port, TRUE, &x0, &y0);
  find_port (d, line->to_card, line->to_port, FALSE, &x1, &y1);
  reach = MAX ((x1 - x0) / 2, 20);
  g_string_append (d->to, "<path class=\"wire\" d=\"");
  if (x1 > x0)
    {
      append_order (d->to, 'M', 2, x0, y0);
      append_order (d->to, 'C', 6, x0 + reach, y0, x1 - reach, y1, x1, y1);
    }
  else
    append_return (d->to, x0, y0, x1, y1, line->to_port);
  g_string_append (d->to, "\"/>\n");
  if (shape != NULL && x1 > x0)
    append_text (d->to, "shape", 10, (x0 + x1) / 2,
                 (fabs (y1 - y0) > 40 ? (y0 + y1) / 2 : MIN (y0, y1)) - 5, MAX (x1 - x0 - 12, 30),
                 shape);
  else if (shape != NULL && line->to_port == 0)
    append_text (d->to, "shape", 10, (x0 + x1) / 2, get_middle (y1, 0) - 4, 0, shape);
}

/* --- cards --- */

static void
append_rect (GString *to, const char *class, double x, double y, double width, double height,
             double radius)
{
  g_string_append_printf (to, "<rect class=\"%s\"", class);
  append_attr (to, "x", x);
  append_attr (to, "y", y);
  append_attr (to, "width", width);
  append_attr (to, "height", height);
  append_attr (to, "rx", radius);
  g_string_append (to, "/>\n");
}

static void
append_ports (const Drawing *d, const GArray *ports, double x, double y)
{
  for (guint i = 0; i < ports->len; i++)
    {
      g_string_append (d->to, "<circle class=\"port\" r=\"4\"");
      append_attr (d->to, "cx", x);
      append_attr (d->to, "cy", y + PORT_Y + PORT_STEP * i);
      g_string_append (d->to, "/>\n");
    }
}

/* Whether a block is drawn in another, or is it. */
static gboolean
is_within (const CjGraph *graph, const char *block, const char *outer)
{
  while (block != NULL && !g_str_equal (block, outer))
    {
      const char *next = NULL;

      for (guint i = 0; i < graph->blocks->len; i++)
        if (g_str_equal (((CjBlock *) graph->blocks->pdata[i])->id, block))
          next = ((CjBlock *) graph->blocks->pdata[i])->parent;
      block = next;
    }
  return block != NULL;
}

static gint64
count (const Drawing *d, const CjlCard *card)
{
  const CjGraph *graph = d->about.project->graph;
  gint64 n = 0;

  if (card->node != NULL)
    return cjl_drawing_count (&d->about, card->node);
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];

      if (is_within (graph, node->block, card->block->id))
        n += cjl_drawing_count (&d->about, node);
    }
  return n;
}

/* What stands below the title. You free. */
static char *
dup_words (const Drawing *d, const CjlCard *card)
{
  g_autofree char *words = NULL;

  if (card->node == NULL)
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u layer", "%u layers", card->n_nodes),
                            card->n_nodes);
  if (card->node->layer->role == CJ_ROLE_INPUT)
    return cjd_folders_dup_name (d->about.project->data.source);
  words = cjl_drawing_dup_words (card->node);
  return card->node->lesioned ? g_strdup_printf (_ ("lesioned · %s"), words)
                              : g_steal_pointer (&words);
}

static void
append_card (const Drawing *d, const CjlCard *card)
{
  const double x = get_x (d, card), y = get_y (d, card), height = get_height (card);
  const char *category = card->node != NULL ? card->node->layer->category : "block";
  g_autofree char *words = dup_words (d, card);
  g_autofree char *numbers = cjl_drawing_print_count (count (d, card));

  g_string_append_printf (d->to, "<g%s>\n",
                          card->node != NULL && card->node->muted ? " opacity=\"0.5\"" : "");
  if (card->block != NULL)
    append_rect (d->to, "card", x + 4, y + 4, CARD_WIDTH, height, 9);
  append_rect (d->to, "card", x, y, CARD_WIDTH, height, 9);
  g_string_append_printf (d->to, "<g fill=\"#%06x\">", cjl_drawing_get_color (category));
  append_rect (d->to, "kind", x + PADDING, y + 10, 9, 9, 1.5);
  g_string_append (d->to, "</g>\n");
  append_text (d->to, "title", 12, x + PADDING + 15, y + 19, ROOM - 15,
               card->node != NULL ? _ (card->node->layer->title) : card->block->title);
  append_text (d->to, "words", 10.5, x + PADDING, y + 36, ROOM, words);
  if (numbers != NULL)
    append_text (d->to, "words", 10.5, x + PADDING, y + 51, ROOM, numbers);
  append_ports (d, card->in, x, y);
  append_ports (d, card->out, x + CARD_WIDTH, y);
  g_string_append (d->to, "</g>\n");
}

/* --- the whole --- */

static void
append_head (const Drawing *d, double width, double height)
{
  const CjlProject *project = d->about.project;
  g_autofree char *title = g_markup_escape_text (project->title, -1);
  g_autofree char *size = g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "%u layer", "%u layers", project->graph->nodes->len),
      project->graph->nodes->len);

  g_string_append (d->to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                          "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"");
  append_attr (d->to, "width", width);
  append_attr (d->to, "height", height);
  g_string_append (d->to, " viewBox=\"0 0");
  append_order (d->to, ' ', 2, width, height);
  g_string_append_printf (d->to, "\">\n<title>%s</title>\n<desc>%s. Cajal %s</desc>\n", title, size,
                          CAJAL_VERSION);
  g_string_append (
      d->to, "<style>\n"
             "text { font-family: Cantarell, 'Helvetica Neue', Helvetica, Arial, sans-serif; }\n"
             ".title { font-size: 12px; font-weight: bold; fill: #241f31; }\n"
             ".words { font-size: 10.5px; fill: #5e5c64; }\n"
             ".shape { font-size: 10px; fill: #5e5c64; text-anchor: middle; }\n"
             ".card { fill: #ffffff; stroke: #c0bfbc; }\n"
             ".wire { fill: none; stroke: #77767b; stroke-width: 1.5; }\n"
             ".port { fill: #ffffff; stroke: #77767b; stroke-width: 1.5; }\n"
             "</style>\n");
}

static void
draw (Drawing *d)
{
  double right = 0, bottom = 0;

  d->left = d->top = HUGE_VAL;
  for (guint i = 0; i < d->scene->cards->len; i++)
    {
      d->left = MIN (d->left, cjl_card_get_x (cjl_scene_get (d->scene, i)));
      d->top = MIN (d->top, cjl_card_get_y (cjl_scene_get (d->scene, i)));
    }
  for (guint i = 0; i < d->scene->cards->len; i++)
    {
      const CjlCard *card = cjl_scene_get (d->scene, i);

      right = MAX (right, get_x (d, card) + CARD_WIDTH + MARGIN);
      bottom = MAX (bottom, get_y (d, card) + get_height (card) + MARGIN);
    }
  append_head (d, right, bottom);
  for (guint i = 0; i < d->scene->lines->len; i++)
    append_wire (d, &g_array_index (d->scene->lines, CjlLine, i));
  for (guint i = 0; i < d->scene->cards->len; i++)
    append_card (d, cjl_scene_get (d->scene, i));
  g_string_append (d->to, "</svg>\n");
}

static gboolean
save (CjlProject *project, const char *path, gconstpointer options, CjlExported *done,
      GError **error)
{
  g_autoptr (CjlScene) scene = cjl_scene_new (project->graph, NULL);
  g_autoptr (GString) to = g_string_new (NULL);
  Drawing d = { .scene = scene, .to = to };

  (void) options;
  (void) done;
  if (scene->cards->len == 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("The network has no layers, so there is nothing to draw."));
      return FALSE;
    }
  cjl_drawing_init (&d.about, project);
  draw (&d);
  cjl_drawing_clear (&d.about);
  return cjd_file_write (path, to->str, to->len, error);
}

const CjlFormat cjl_format_svg = {
  .id = "svg",
  .title = N_ ("_Drawing of Network…"),
  .heading = N_ ("Export Drawing"),
  .blurb = N_ ("The canvas as a picture for papers: cards, wires and shapes, with text as text."),
  .files = { { ".svg", N_ ("Picture as SVG") } },
  .save = save,
};
