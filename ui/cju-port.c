/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-port.h"

#include "cju-access.h"
#include "cju-card.h"

#define REACH 12 /* of a port around its middle, as for the mouse */

struct _CjuPort
{
  GtkWidget parent;
  gboolean output;
  guint row;  /* on its side of the card */
  char *node; /* id of the node that it is a port of; of a block one inside */
  guint port; /* of that node */
  char *words;
};

G_DEFINE_FINAL_TYPE (CjuPort, cju_port, GTK_TYPE_WIDGET)

/* The canvas is told which port is meant. */
static void
port_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuPort *self = CJU_PORT (widget);
  const char *action = g_str_equal (name, "port.cut") ? "canvas.unwire"
                       : self->output                 ? "canvas.wire-from"
                                                      : "canvas.wire-to";

  (void) parameter;
  gtk_widget_activate_action (widget, action, "(su)", self->node, self->port);
}

static void
cju_port_finalize (GObject *object)
{
  g_free (CJU_PORT (object)->node);
  g_free (CJU_PORT (object)->words);
  G_OBJECT_CLASS (cju_port_parent_class)->finalize (object);
}

static void
cju_port_class_init (CjuPortClass *class)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = cju_port_finalize;
  gtk_widget_class_set_css_name (widget, "port");
  gtk_widget_class_set_accessible_role (widget, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_install_action (widget, "port.wire", NULL, port_action);
  gtk_widget_class_install_action (widget, "port.cut", NULL, port_action);
}

static void
cju_port_init (CjuPort *self)
{
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
}

static CjuPort *
next_port (GtkWidget *widget)
{
  while (widget != NULL && !CJU_IS_PORT (widget))
    widget = gtk_widget_get_next_sibling (widget);
  return widget != NULL ? CJU_PORT (widget) : NULL;
}

/* The port that stands here takes its new place in the row, or a new one is made. */
static CjuPort *
take (GtkWidget *card, CjuPort *at, gboolean output, guint row, const CjWire *port)
{
  CjuPort *self = at;

  if (self == NULL)
    {
      self = g_object_new (CJU_TYPE_PORT, NULL);
      gtk_widget_set_parent (GTK_WIDGET (self), card);
    }
  self->output = output;
  self->row = row;
  self->port = port->port;
  g_free (self->node);
  self->node = g_strdup (port->node->id);
  return self;
}

/* Takes the words. */
static void
name (CjuPort *self, char *words, gboolean wired)
{
  if (g_strcmp0 (words, self->words) != 0)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, words,
                                    -1);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "port.cut", wired);
  g_free (self->words);
  self->words = words;
}

void
cju_ports_update (GtkWidget *card, CjuDocument *document, const CjlCard *seen)
{
  CjuPort *at = next_port (gtk_widget_get_first_child (card));

  for (guint i = 0; i < seen->in->len + seen->out->len; i++)
    {
      const gboolean output = i >= seen->in->len;
      const guint row = output ? i - seen->in->len : i;
      const CjWire *port = &g_array_index (output ? seen->out : seen->in, CjWire, row);
      CjuPort *self = take (card, at, output, row, port);

      name (self,
            output ? cju_access_print_output (document, port->node, port->port)
                   : cju_access_print_input (document, port->node, port->port),
            !output && port->node->from[port->port].node != NULL);
      at = next_port (gtk_widget_get_next_sibling (GTK_WIDGET (self)));
    }
  while (at != NULL)
    {
      CjuPort *more = at;

      at = next_port (gtk_widget_get_next_sibling (GTK_WIDGET (more)));
      gtk_widget_unparent (GTK_WIDGET (more));
    }
}

void
cju_ports_allocate (GtkWidget *card)
{
  for (CjuPort *at = next_port (gtk_widget_get_first_child (card)); at != NULL;
       at = next_port (gtk_widget_get_next_sibling (GTK_WIDGET (at))))
    {
      const GtkAllocation place
          = { at->output ? CJU_CARD_WIDTH - REACH : 0,
              CJU_CARD_PORT_Y + (int) at->row * CJU_CARD_PORT_STEP - REACH / 2, REACH, REACH };

      gtk_widget_size_allocate (GTK_WIDGET (at), &place, -1);
    }
}

void
cju_ports_remove (GtkWidget *card)
{
  CjuPort *at;

  while ((at = next_port (gtk_widget_get_first_child (card))) != NULL)
    gtk_widget_unparent (GTK_WIDGET (at));
}
