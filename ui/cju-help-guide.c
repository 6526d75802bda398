/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-help-guide.h"

#include <glib/gi18n-lib.h>

const CjuHelpGuide cju_help_guide[] = {
  { "first-steps",
    N_ ("First steps"),
    N_ ("From the start page to a trained network"),
    { N_ ("Choose an experiment on the start page. Its network appears on the <a "
          "href=\"guide/canvas\">canvas</a>, its data is loaded, and <b>Train</b> is the button to "
          "press."),
      N_ ("While the network learns, every card shows what its layer makes of one sample. Choose "
          "another sample in <a href=\"guide/samples\">the strip below the canvas</a>; every card "
          "follows."),
      N_ ("Click a card to see its settings in <a href=\"guide/inspector\">the inspector</a>. "
          "Change "
          "one while the network trains: weights that still fit are kept. <b>Ctrl+Z</b> takes the "
          "change back."),
      N_ ("Below the samples stand the views, such as <a href=\"view/curves\">learning curves</a> "
          "and <a href=\"view/confusion\">confusion</a>. <b>F1</b> opens the page of whatever has "
          "the focus; <b>Ctrl+K</b> finds every command by name."),
      NULL } },
  { "results",
    N_ ("Result cards"),
    N_ ("Published results, run again on this machine"),
    { N_ ("The category <b>Results</b> of the start page has published results, each with its "
          "claim, where it was published and what counts as reproduced. Choose one, and press "
          "<b>Run</b>."),
      N_ ("The network is trained and measured with several seeds; points are the medians, "
          "intervals go from the least to the most. Diamonds are the published numbers, the green "
          "part of a strip is what passes."),
      N_ ("When all seeds are done, the stamp says <b>Reproduced</b> or <b>Not reproduced</b>. "
          "<b>Export…</b> writes the figure with its record: project, plan, seeds, data and "
          "version. <b>Open on the Canvas</b> shows the network, trained with the first seed."),
      N_ ("Data such as MNIST are not part of Cajal: the card says which files it needs, and asks "
          "for the folder once. The same card runs as <tt>cajal-cli card ID</tt>."),
      NULL } },
  { "canvas",
    N_ ("The canvas"),
    N_ ("Cards joined by wires on a plane that pans and zooms"),
    { N_ ("Turn the wheel to zoom at the pointer. Drag with the middle button, or with the left "
          "one "
          "while <b>Space</b> is held, to move the view. <b>Home</b> shows everything, "
          "<b>Ctrl+0</b> "
          "shows it at 100 %."),
      N_ ("Drag from the right side of a card to the left side of another to draw a wire; drag a "
          "wire off a card to take it away. A card dropped on a wire is inserted there."),
      N_ ("The shape of a sample stands on every wire. Where a layer cannot take what it gets, the "
          "wire turns red, the card says why, and <a href=\"guide/problems\">a mend</a> is "
          "offered."),
      N_ ("Drag over the ground to select several cards, or click them with <b>Shift</b> held. "
          "<b>Ctrl+C</b> and <b>Ctrl+V</b> copy cards as text, so they can be pasted into another "
          "window or a letter. <b>Delete</b> takes cards out and joins what was around them; "
          "<b>M</b> mutes a card, <b>F</b> freezes it, <b>L</b> lesions it: its answers are 0 "
          "until "
          "<b>L</b> restores it."),
      N_ ("The nearer a card is, the more it shows: colour and name, its words and a picture, all "
          "maps of the layer, at last every unit with its value. <b>Enter</b> goes up to the "
          "selected "
          "card, <b>Backspace</b> back."),
      N_ ("With keys alone: arrows go from card to card, with <b>Shift</b> they select more, with "
          "<b>Ctrl</b> they move cards. <b>Ctrl+L</b> draws a wire from the selected card: arrows "
          "choose where it goes, <b>Enter</b> connects. <b>.</b> shows the selection, <b>Tab</b> "
          "leaves the canvas."),
      N_ ("<b>Ctrl+Shift+L</b> lays everything out from left to right. Cards that belong together "
          "can become <a href=\"guide/blocks\">a block</a>."),
      NULL } },
  { "blocks",
    N_ ("Blocks"),
    N_ ("Several cards as one, with an inside of its own"),
    { N_ ("Select cards and press <b>Ctrl+G</b>: they become one card, a block. Its ports are the "
          "wires that cross its border; it shows what its last layer makes of the sample, how many "
          "layers it has and how many parameters they learn."),
      N_ ("<b>Enter</b> or a double click goes inside, <b>Backspace</b> out; the path above the "
          "canvas says where one is, and each step of it is a button. Blocks may hold blocks. "
          "<b>F2</b> gives a block another name, <b>Ctrl+Shift+G</b> takes it apart."),
      N_ ("A block is a view of the same network: to group or to ungroup changes nothing of what "
          "is "
          "learned, even while the network trains."),
      N_ ("The context menu saves a block to the palette. There it stands above the layers, for "
          "every network: drag it onto the canvas or type its name <a "
          "href=\"guide/typing\">as a layer's</a>. It is a file of its own, which can be given "
          "away; "
          "the context menu in the palette removes it."),
      NULL } },
  { "synapses",
    N_ ("Neurons and synapses"),
    N_ ("The closest look at a layer, and tools to change it by hand"),
    { N_ ("Select a layer with weights and press <b>S</b>, press <b>Enter</b> until its units fill "
          "the "
          "canvas and once more, or zoom in as far as it goes. On the left stand the units that "
          "send, "
          "on the right those of the layer, coloured by how active they are for the chosen sample. "
          "<b>Backspace</b>, or zooming out, leads back."),
      N_ ("A synapse is blue and whole where it excites, red and dashed where it inhibits, as wide "
          "as "
          "it is strong, and dotted where it was pruned. Of many the strongest are drawn; the "
          "heading "
          "says how many of how many. Of a convolution a synapse is a kernel: its width is the "
          "kernel's size, and the kernels of the chosen unit are shown as pictures."),
      N_ ("Click a unit to see its synapses alone (with keys: arrows). Four tools change the "
          "network, "
          "also while it learns, and each can be undone: <b>2</b> drags a weight, <b>3</b> prunes, "
          "<b>4</b> lets grow again, <b>5</b> lesions a whole unit. What is pruned stays 0 until "
          "it is "
          "let grow."),
      NULL } },
  { "typing",
    N_ ("Adding layers by typing"),
    N_ ("One line of text can draw a whole network"),
    { N_ ("Press <b>/</b> or double-click the empty canvas, type the name of a layer and press "
          "<b>Enter</b>. Other names work as well: “fc” and “linear” find <a "
          "href=\"layer/dense\">Dense</a>."),
      N_ ("Values follow the name, and commas join layers into a chain:"),
      N_ ("<tt>conv 6 5, pool, conv 16 5, pool, flatten, dense 120</tt>"),
      N_ ("A value may be named: <tt>conv filters=16 kernel=5 activation=relu</tt>. The new cards "
          "are wired behind the selected one. The palette on the left (<b>F9</b>) lists every "
          "layer; drag one onto the canvas, or double-click it."),
      NULL } },
  { "inspector",
    N_ ("The inspector"),
    N_ ("What the selected card is set to"),
    { N_ ("Every row is one parameter; its tooltip says what it does. A row that differs from its "
          "preset shows a button that puts it back. With several cards of the same layer selected, "
          "all of them are set together."),
      N_ ("A slider spans the usual values; the number beside it takes any that is allowed. "
          "<b>Ctrl+F</b> searches the parameters by name and by what they do."),
      N_ ("A value that is refused stays as it was, and the row says what is allowed."),
      N_ ("Below the rows stand the formula, the counterpart in the brain where there is one, and "
          "the live weights. With nothing selected the inspector shows <a "
          "href=\"guide/training\">how the network is trained</a>."),
      N_ ("A unit of a layer can be deleted: choose it under the weights, or with the other mouse "
          "button in Weights or Activations. The others keep what they have learned."),
      NULL } },
  { "training",
    N_ ("Training"),
    N_ ("Train, pause, step, and what the numbers mean"),
    { N_ ("<b>Train</b> (<b>Ctrl+Enter</b>) starts and pauses. <b>Ctrl+.</b> trains one step, that "
          "is one batch of samples; <b>Ctrl+Shift+Enter</b> trains one epoch, that is every "
          "training "
          "sample once. <b>Reset</b> begins again with fresh weights."),
      N_ ("The pill above the canvas shows the epoch, the loss, the result on the validation "
          "samples "
          "(which are never trained on), the speed, and the time left."),
      N_ ("An optimizer changes the weights (<a href=\"optimizer/adam\">Adam</a> is a good first "
          "choice) and a schedule changes its learning rate over the run (<a "
          "href=\"schedule/cosine\">Cosine</a> rarely harms). If the loss is no longer a number, "
          "lower the learning rate."),
      N_ ("Errors need not come back by <a href=\"rule/backprop\">backpropagation</a>: choose "
          "another "
          "learning rule for the whole network, or for one layer, and see in the inspector what a "
          "synapse must know for it. A rule that a layer cannot follow is named in the problems."),
      N_ ("Parameters such as the learning rate or the rate of <a "
          "href=\"layer/dropout\">dropout</a> act at the next step. Other changes are built beside "
          "the running network and swapped in between two steps."),
      N_ ("The same seed gives the same network, bit for bit, whatever the number of threads, "
          "paused "
          "or not. Your computer does not go to sleep while a network trains."),
      NULL } },
  { "continual",
    N_ ("One task after another"),
    N_ ("Tasks in a row, forgetting, and what is done against it"),
    { N_ ("With nothing selected the inspector lets data be learned as several tasks, under “One "
          "task after another”: <b>permuted</b> has the same samples in every task, with their "
          "features in another order each time (the first is as it is); <b>split</b> has a few of "
          "the classes in each. A task has all the epochs of the training; optimizer and schedule "
          "begin anew with it, and a run ends with its last weights."),
      N_ ("Of split data the network can be told which task a sample is of: then it has a head for "
          "every task, and scores of other classes count for nothing, neither in the loss nor in "
          "the accuracy. Without heads it must find the task as well, which is much harder."),
      N_ ("The view <a href=\"view/forgetting\">Forgetting</a> shows after each task how well "
          "every "
          "task is done, on the validation samples; runs of the history stand beside this one."),
      N_ ("Under “Continual learning” stands what is done against it: <a "
          "href=\"remedy/ewc\">elastic weights</a>, <a href=\"remedy/si\">synaptic "
          "intelligence</a> and <a href=\"remedy/replay\">replay</a>."),
      NULL } },
  { "samples",
    N_ ("Samples"),
    N_ ("The chosen sample drives every card"),
    { N_ ("The strip under the canvas holds validation samples: pictures that the network was not "
          "trained on. Click one to see every layer's answer to it, while the network trains and "
          "while it is paused."),
      N_ ("In the view <a href=\"view/predictions\">Predictions</a> the surest mistakes come "
          "first; "
          "click one to choose it."),
      N_ ("A picture of your own is looked at as well: open, drop or paste one "
          "(<b>Ctrl+Shift+V</b>), or draw a sign by hand on the pad (<b>Ctrl+Shift+D</b>). Two "
          "buttons beside it invert it, for data that is light on dark, and lead back to the "
          "samples."),
      N_ ("<b>Ctrl+B</b> opens all samples: search them by class, see how many each class has, "
          "give a sample another class, or leave it out of training. Each of it can be undone."),
      N_ ("The main menu predicts a whole folder of pictures and writes the classes and their "
          "probabilities to a CSV file."),
      NULL } },
  { "explanations",
    N_ ("Why did it say that?"),
    N_ ("What an answer of the network leaned on"),
    { N_ ("The view <a href=\"view/explain\">Explain</a> asks several methods about the chosen "
          "sample and shows their answers side by side: blue spoke for the class, red against it. "
          "It follows the sample and the weights, while the network learns, too."),
      N_ ("The button with the number of methods opens their list: each can be switched on and "
          "set. The list below it chooses the class that is explained: what the network says, what "
          "the sample is, or any other. <b>Hold</b> keeps a sample beside the next ones."),
      N_ ("Click a place of a map to see which maps of the layer mattered there; the strongest is "
          "chosen on the canvas. The options of the view change how much of the picture shines "
          "through, share one scale of colours, or show the difference from one of the methods."),
      N_ ("Below a map stands how much of the answer its numbers add up to, where a method "
          "promises "
          "that they add up to all of it. Methods that need an attention, or a layer that makes "
          "maps, are only offered where there is one."),
      N_ ("<tt>cajal-cli explain</tt> does the same for any number of samples and writes pictures, "
          "tables and arrays."),
      NULL } },
  { "trust",
    N_ ("Is the explanation true?"),
    N_ ("How maps are held against the network that they explain"),
    { N_ ("The view <a href=\"view/trust\">Trust</a> lets every explainer make maps of some "
          "samples and measures them. The best stand on top: methods that pass the sanity check, "
          "then by their mean place in the four measures that follow."),
      N_ ("<b>Deletion</b> and <b>insertion</b> take away, or give back, pixels in the order of "
          "the map and watch how sure the network is of its class. The areas under both curves "
          "stand in the table: a good map makes the first small and the second large."),
      N_ ("<b>Infidelity</b> turns random squares, or sets of features, black and compares how far "
          "the score falls with what the map says of them: 0 is perfect, 1 says nothing. The unit "
          "of the map does not matter. <b>Sensitivity</b> is how far a map moves when the sample "
          "is changed a little, as a share of its own length."),
      N_ ("The <b>sanity check</b> draws the weights of the layers anew, from the output down, and "
          "makes the maps again. Their ranks are compared with those of the first maps, with the "
          "sign where a method has one, and where the sample is not black. A map that stays alike "
          "does not show what was learned, however well it looks: a method fails if the mean "
          "correlation is 0.5 or more. <b>Cascade</b> is that mean, <b>Untrained</b> the "
          "correlation when nothing that was learned is left, <b>SSIM</b> the likeness of the two "
          "pictures then."),
      N_ ("The list in the view shows the sanity check layer by layer. <tt>cajal-cli explain "
          "--report</tt> prints the table, <tt>cajal-cli figure F.cajal trust</tt> and "
          "<tt>sanity</tt> draw both."),
      NULL } },
  { "problems",
    N_ ("Problems and mends"),
    N_ ("What keeps a network from training, and the way out"),
    { N_ ("A network is checked with every edit. All problems stand in the view Problems and on "
          "their cards, each in a sentence that names the layer and what does not fit."),
      N_ ("Where Cajal knows what would help, it offers to do it: to insert <a "
          "href=\"layer/flatten\">Flatten</a> before a dense layer, or to set the number of units "
          "to "
          "the number of classes."),
      N_ ("A card that is connected to nothing is left out and does no harm."),
      N_ ("When numbers explode while a network trains, it stops: the card where it began and the "
          "view Problems say so, and one button goes back to the last good checkpoint. Use a "
          "smaller learning rate before you train on."),
      NULL } },
  { "representations",
    N_ ("What layers have understood"),
    N_ ("Many samples at once, in every layer"),
    { N_ ("<a href=\"view/embedding\">Embedding</a> lays samples out so that those which a layer "
          "takes for alike lie near one another; click a point to choose its sample, and the "
          "sample "
          "that is chosen is ringed. t-SNE keeps neighbours together and tells little of "
          "distances; "
          "UMAP keeps more of the whole, and where it starts from is one of its settings."),
      N_ ("<a href=\"view/similarity\">Similarity</a> sets layers beside one another, beside "
          "themselves earlier in the run, or beside those of another project; one layer at every "
          "kept moment beside every other; or the samples beside one another, as one layer sees "
          "them, each layer, the layer earlier in the run, or another project. The samples are "
          "those of validation."),
      N_ ("<a href=\"view/layers\">Layers</a> has a row for each layer: what a linear probe reads "
          "off it, in how many dimensions its answers spread, which units are dead or double, and "
          "how far its classes have collapsed. Wide maps are averaged to fewer places where memory "
          "would not do; the exported figure says which."),
      N_ ("<a href=\"view/concepts\">Concepts</a> asks what a class leans on. A concept is shown "
          "by "
          "examples: a class of the data, a folder of pictures of your own, of stripes for "
          "instance, or samples: name a set, choose one sample after the other and add it. A "
          "hollow "
          "bar may be chance: more examples may tell."),
      NULL } },
  { "figures",
    N_ ("Views and figures"),
    N_ ("Everything on the screen can be exported"),
    { N_ ("The views under the canvas are figures: what you see is drawn by the code that writes "
          "SVG, PDF and PNG files. The button at the right end of the tabs exports the view, its "
          "numbers as CSV, or copies it as a picture."),
      N_ ("Blue is positive or excitatory, red is negative or inhibitory, wherever there is a "
          "sign. "
          "Colour never stands alone: side or dash says the same."),
      N_ ("A view is there only while the network has something to show in it. It can stand beside "
          "another, or in a window of its own; its menu has both. How a figure gets into a paper "
          "stands "
          "under <a href=\"guide/publishing\">figures for a paper</a>."),
      NULL } },
  { "publishing",
    N_ ("Figures for a paper"),
    N_ ("One figure or a plate of several, and the numbers in it"),
    { N_ ("<b>Export Figure</b> in the menu of a view shows the figure as it will be: its width in "
          "mm or as a journal's column, the size of its text in points, light, dark or for print, "
          "where colours rise in lightness so that a grey copy is read as well. It writes PDF and "
          "SVG, whose text and lines are drawn and not made of pixels, PNG with its resolution, "
          "CSV, and NPZ for NumPy."),
      N_ ("<b>Add to Plate</b> puts what a view shows on the project's plate; <b>Ctrl+Shift+P</b> "
          "shows it. There figures are put in order, get letters and captions, and share one "
          "style. The plate is saved with the project, and keeps its figures as they were when "
          "they were added."),
      N_ ("Every picture carries what it was drawn from: the arrays, parameters and style, the "
          "project's title, seed and step, and a SHA-256 of its network, data, training setup and "
          "weights. Open such a picture, or drop it on a window: the figure is drawn again and can "
          "be exported with other settings; exported with the same ones it gives the same bytes. "
          "Where its project is at hand, one button opens that at the same view, step and sample."),
      N_ ("Without the window, <tt>cajal-cli figure F.cajal maps -o maps.pdf</tt> draws one "
          "figure, "
          "several figures, layers and projects with <tt>--into FOLDER</tt>, and a plate with "
          "<tt>--plate plate.json</tt>. <tt>cajal-cli figure maps.pdf</tt> says where a picture "
          "comes from, and with <tt>-o</tt> draws it again."),
      N_ ("A plate's file holds <tt>width</tt> (mm, a length such as <tt>\"85mm\"</tt> or a name "
          "such as <tt>\"double\"</tt>), <tt>height</tt>, <tt>columns</tt>, <tt>font</tt>, "
          "<tt>font-size</tt> (points), <tt>style</tt>, <tt>colormap</tt>, <tt>dpi</tt>, "
          "<tt>letters</tt> and a list of <tt>panels</tt>, each with <tt>figure</tt> and, as "
          "needed, <tt>caption</tt>, <tt>span</tt> (columns), <tt>height</tt>, <tt>node</tt>, "
          "<tt>split</tt>, <tt>sample</tt>, <tt>mistakes</tt>, <tt>method</tt>, <tt>with</tt>, "
          "<tt>run</tt>, <tt>query</tt>, <tt>unit</tt>, <tt>untrained</tt>, <tt>class</tt>, "
          "<tt>concepts</tt>, <tt>direction</tt>, <tt>samples</tt> and <tt>set</tt> (parameters):"),
      N_ ("<tt>{ \"width\": \"double\", \"style\": \"print\", \"panels\": [ { \"figure\": "
          "\"curves\", \"span\": 2 }, { \"figure\": \"maps\", \"node\": \"conv2\" } ] }</tt>"),
      NULL } },
  { "data",
    N_ ("Data"),
    N_ ("Made on the spot, or your own"),
    { N_ ("The experiments on the start page use data that Cajal makes from a seed, such as <a "
          "href=\"source/glyphs\">handwritten signs</a>: no download, and the same bytes on every "
          "computer."),
      N_ ("Drop a folder on the window to train on it: <a href=\"reader/image-folder\">a folder of "
          "pictures</a> with a folder for each class, the files of MNIST or CIFAR, a <a "
          "href=\"reader/table\">table</a>, NumPy arrays or plain text. Several folders that are "
          "dropped or chosen together are a class each, named after it."),
      N_ ("Samples are split into training, validation and test samples. The validation samples "
          "say "
          "how well the network does on what it has not seen; the test samples are kept for the "
          "end."),
      NULL } },
  { "transfer",
    N_ ("What was learned before"),
    N_ ("Networks that were trained, and pictures of your own"),
    { N_ ("<b>Pre-trained</b> on the start page has networks that come with Cajal. Drop folders of "
          "pictures on one of them, each a class, or the folder that they are in, thirty pictures "
          "a "
          "class or so: its body is frozen, a new last layer learns your pictures in seconds."),
      N_ ("A frozen layer has a padlock. Its weights and running statistics stay, it drops nothing "
          "at random, and where all that is before a layer is frozen too, no gradient is computed. "
          "<b>F</b> freezes a card, <b>Shift+F</b> a card and all before it and no other; "
          "<b>Transfer</b> in the main menu freezes all but the last layer or nothing. A run that "
          "begins anew keeps what is frozen."),
      N_ ("What the frozen layers at the start make of a sample is the same in every epoch, so it "
          "is computed once and kept in the cache folder, also for later runs; all numbers are the "
          "same as without. Augmented samples are never the same, so then it is computed each "
          "time. "
          "Under <b>Training</b> the inspector says which it is."),
      N_ ("<b>Begin the Last Layer Anew</b> gives it new weights, while the body keeps its own. "
          "<b>Rates That Fall by Depth</b> lets every layer learn 2.6 times slower than the one "
          "behind it, so that what is near the data changes least (Howard and Ruder 2018, section "
          "3.1)."),
      NULL } },
  { "projects",
    N_ ("Projects and undo"),
    N_ ("One file holds network, weights and history"),
    { N_ ("A project is one file that ends in <tt>.cajal</tt>. It holds the drawing, the weights, "
          "the state of the run and its history; any archive manager can look into it."),
      N_ ("Every edit can be undone with <b>Ctrl+Z</b> and done again with <b>Ctrl+Shift+Z</b>. "
          "Edits are written to a journal at once, and while a network trains its state is left on "
          "disk every few seconds, so that a crash loses next to nothing."),
      N_ ("An ONNX model (<tt>.onnx</tt>) opens and drops as a project does. What layers stand for "
          "becomes layers, with weights and names, however the other program spelled it: "
          "recurrent cells, attention, whole Transformer blocks, models in 8 bits. All else is a "
          "card of one operator, which answers but does not learn. Operators that are not known "
          "keep their place, and are named. Of a model with several inputs, a sample holds all of "
          "them one behind the other, and a card named as the input cuts each out. Words are whole "
          "numbers of a NumPy array: switch on <b>Words</b> under How it is read."),
      N_ ("A NIR graph (<tt>.nir</tt>), in which frameworks and chips for spiking neurons hand on "
          "networks, opens and drops as a project does. It has equations where a network has "
          "time steps, so you are asked how long a time step is and which step is taken. <b>NIR "
          "Graph</b> "
          "among the exports writes one; what it has no word for is named."),
      N_ ("Weights of other programs (<tt>.safetensors</tt>, <tt>.npz</tt>, <tt>.npy</tt>) are "
          "dropped on the network that is to have them, or chosen with <b>Load Weights</b> in the "
          "main menu. Taken is what has the name and shape of a tensor here; one prefix of all "
          "names, as <tt>module.</tt>, does not count. What does not fit is listed, and <b>Match "
          "by "
          "Order</b> takes layers by their place and shape."),
      N_ ("Windows are independent: train in one, draw in another (<b>Ctrl+N</b>)."), NULL } },
  { "keyboard",
    N_ ("Keyboard"),
    N_ ("Everything works without a mouse"),
    { N_ ("<b>F6</b> goes from pane to pane, <b>Tab</b> from control to control. On the canvas the "
          "arrow keys go from card to card, and <b>Ctrl</b> with an arrow key moves the card. "
          "<b>Shift+F10</b> opens the menu of a card."),
      N_ ("<b>Ctrl+?</b> lists every key, <b>Ctrl+K</b> every command. In this window: "
          "<b>Ctrl+F</b> "
          "searches, <b>Alt+Left</b> and <b>Alt+Right</b> go back and forward, <b>Escape</b> "
          "closes "
          "it."),
      NULL } },
  { "command-line",
    N_ ("Command line"),
    N_ ("The same work without a window"),
    { N_ ("<tt>cajal FILE…</tt> opens projects, <tt>cajal --new lenet-5 --train</tt> starts an "
          "experiment and trains at once."),
      N_ ("<tt>cajal-cli</tt> makes, shows, changes, trains and evaluates projects and writes "
          "figures, all without a display; <tt>cajal-cli --help</tt> lists its commands. It gives "
          "the same bits as the window."),
      NULL } },
  { NULL, NULL, NULL, { NULL } },
};
