/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The context menu: what can be done with what is selected, and nothing else. */
#include "cju-canvas-private.h"

#include "cjl-arrange.h"

#include <glib/gi18n-lib.h>

/* Appends a section and takes it. */
static void
take_section (GMenu *menu, GMenu *section)
{
  if (g_menu_model_get_n_items (G_MENU_MODEL (section)) > 0)
    g_menu_append_section (menu, NULL, G_MENU_MODEL (section));
  g_object_unref (section);
}

static GMenu *
make_clipboard (gboolean any)
{
  GMenu *section = g_menu_new ();

  if (any)
    {
      g_menu_append (section, _ ("Cu_t"), "canvas.cut");
      g_menu_append (section, _ ("_Copy"), "canvas.copy");
    }
  g_menu_append (section, _ ("_Paste"), "canvas.paste");
  if (any)
    {
      g_menu_append (section, _ ("_Duplicate"), "canvas.duplicate");
      g_menu_append (section, _ ("De_lete"), "canvas.delete");
    }
  return section;
}

static GMenu *
make_state (CjuCanvas *self)
{
  const char *const *ids = cju_document_get_selection (self->document);
  g_autoptr (GPtrArray) nodes = cjl_arrange_find_nodes (cju_canvas_get_graph (self), ids);
  const CjNode *last = nodes->len > 0 ? nodes->pdata[nodes->len - 1] : NULL;
  GMenu *section = g_menu_new ();

  if (last != NULL)
    {
      g_menu_append (section, last->muted ? _ ("Un_mute") : _ ("_Mute"), "canvas.mute");
      g_menu_append (section, last->frozen ? _ ("Un_freeze") : _ ("_Freeze"), "canvas.freeze");
      g_menu_append (section, _ ("Freeze Up to Here"), "canvas.freeze-up-to");
      g_menu_append (section, last->lesioned ? _ ("_Restore") : _ ("_Lesion"), "canvas.lesion");
      g_menu_append (section, _ ("Mea_sure Lesions"), "win.measure-lesions");
    }
  return section;
}

static GMenu *
make_blocks (CjuCanvas *self, gboolean any)
{
  const gboolean block = cju_document_get_selected_block (self->document) != NULL;
  GMenu *section = g_menu_new ();

  if (any)
    g_menu_append (section, _ ("_Group"), "canvas.group");
  if (block)
    g_menu_append (section, _ ("U_ngroup"), "canvas.ungroup");
  if (any)
    g_menu_append (section, block ? _ ("Go _Inside") : _ ("Look _Closer"), "canvas.enter");
  if (any && !block)
    g_menu_append (section, _ ("S_ynapses"), "canvas.synapses");
  if (self->path->len > 0)
    g_menu_append (section, _ ("Go O_ut"), "canvas.leave");
  if (block)
    {
      g_menu_append (section, _ ("Rena_me Block…"), "canvas.rename");
      g_menu_append (section, _ ("_Save Block to Palette"), "canvas.keep-block");
    }
  return section;
}

static GMenu *
make_places (gboolean several)
{
  GMenu *section = g_menu_new ();

  if (several)
    {
      g_autoptr (GMenu) ways = g_menu_new ();

      g_menu_append (ways, _ ("Align to the Le_ft"), "canvas.align::left");
      g_menu_append (ways, _ ("Align at the T_op"), "canvas.align::top");
      g_menu_append (ways, _ ("Distribute Ac_ross"), "canvas.align::across");
      g_menu_append (ways, _ ("Distribute Do_wn"), "canvas.align::down");
      g_menu_append_submenu (section, _ ("Arr_ange"), G_MENU_MODEL (ways));
    }
  g_menu_append (section, _ ("Lay O_ut Everything"), "canvas.layout");
  g_menu_append (section, _ ("Select A_ll"), "canvas.select-all");
  return section;
}

void
cju_canvas_show_menu (CjuCanvas *self, double x, double y)
{
  const char *const *ids = cju_document_get_selection (self->document);
  const GdkRectangle at = { (int) x, (int) y, 1, 1 };
  const gboolean any = ids[0] != NULL;
  g_autoptr (GMenu) menu = g_menu_new ();
  GMenu *first = g_menu_new ();

  g_menu_append (first, _ ("_Add Layers…"), "canvas.add");
  take_section (menu, first);
  take_section (menu, make_clipboard (any));
  take_section (menu, make_state (self));
  take_section (menu, make_blocks (self, any));
  take_section (menu, make_places (any && ids[1] != NULL));
  gtk_popover_menu_set_menu_model (GTK_POPOVER_MENU (self->menu), G_MENU_MODEL (menu));
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &at);
  gtk_popover_popup (GTK_POPOVER (self->menu));
}
